// Runs the script of an operation.
import { AppError } from '../src/core/errors.ts';
import type { Operation } from '../src/core/operation.ts';
import { runScript, type ScriptContext } from '../src/jobs/script.ts';

type Work<Args> = Parameters<typeof runScript<Args>>[0];

/** The server checks and completes a job's arguments. A script started by hand belongs to no job: its arguments are checked
 *  and completed here, by the operation's schema, or refused as `bad_input` with the code `invalid_arguments`. */
export async function runOperation<Args>({ args: schema }: Operation, work: Work<Args>): Promise<void> {
  await runScript<Args>(async (given, context) =>
    work(isByHand(context) ? ((await complete(schema, given as object)) as Args) : given, context),
  );
}

function isByHand({ job }: ScriptContext): boolean {
  return job.id === '';
}

async function complete(schema: Operation['args'], given: object) {
  // Loading the validator is slow, and a job does not need it.
  const { checkArguments } = await import('../src/core/check-arguments.ts');
  try {
    return checkArguments(schema, given as Record<string, unknown>);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('bad_input', error.message, { code: 'invalid_arguments', ...error.details });
  }
}
