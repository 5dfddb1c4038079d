// A script that reports 300,000 characters wherever a text is allowed, then fails.
import { runScript } from '../../../src/jobs/script.ts';
import { AppError } from '../../../src/core/errors.ts';

await runScript((_args, context) => {
  const long = '<&"'.repeat(100_000);
  context.progress(1, 2, long, long);
  context.row(long, 'x');
  context.row('x', long);
  context.row('x', 'x', long);
  console.log(long);
  console.error(long);
  throw new AppError('temporary', long, { total: 1 });
});
