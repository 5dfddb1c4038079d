// Says what there is to type. Needs neither server nor data: the catalogue is read here.
import { loadConfig } from '../core/config.ts';
import { createCatalogue } from '../core/catalogue.ts';
import { declaredOperations, reservedNames } from '../features.ts';
import type { Operation } from '../core/operation.ts';
import { createOwnOperations } from '../operations/custom-operations.ts';
import { drainFlags, retryFailedFlags, workersFlags } from './worker-commands.ts';
import { jobFlags, jobsFlags, retentionFlags, runFlags } from './commands.ts';
import { exits } from './exit-codes.ts';
import { type Flags, flagOf } from './flags.ts';
import type { Screen } from './screen.ts';

const commands: Record<string, { use: string; says: string; flags: Flags }> = {
  jobs: { use: 'jobs', says: 'Lists or searches jobs, the newest first.', flags: jobsFlags },
  job: { use: 'job 412', says: 'Shows one job.', flags: jobFlags },
  cancel: { use: 'cancel 412', says: 'Ends a job that waits or runs.', flags: { json: runFlags.json } },
  retry: { use: 'retry 412', says: 'Runs a failed or cancelled job again.', flags: runFlags },
  retention: {
    use: 'retention',
    says: 'Says what the daily clean-up would remove now.',
    flags: retentionFlags,
  },
  workers: { use: 'workers', says: 'Shows the embedding workers.', flags: workersFlags },
  pause: { use: 'pause [embed-1]', says: 'Pauses all workers, or one.', flags: workersFlags },
  resume: { use: 'resume [embed-1]', says: 'Lets all workers go on, or one.', flags: workersFlags },
  drain: { use: 'drain', says: 'Empties the queue within a time limit, then pauses.', flags: drainFlags },
  queue: { use: 'queue', says: 'Shows what waits for embedding.', flags: workersFlags },
  'retry-failed': { use: 'retry-failed', says: 'Lets failed entries wait again.', flags: retryFailedFlags },
  doctor: { use: 'doctor', says: 'Checks this installation.', flags: { json: runFlags.json } },
  help: { use: 'help import', says: 'Says what an operation or command takes.', flags: {} },
};

export async function help([name]: string[], screen: Screen): Promise<number> {
  const { operationsFile } = loadConfig();
  const own = createOwnOperations({
    file: operationsFile,
    reserved: reservedNames,
    intervalMs: 0,
    onChange() {},
  });
  const catalogue = createCatalogue(declaredOperations);
  catalogue.extend(own.operations);
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) showUse(screen, command.use, command.says, command.flags);
  else if (name !== undefined) showOperation(screen, catalogue.get(name));
  else showAll(screen, catalogue.all());
  return exits.succeeded;
}

function showAll(screen: Screen, operations: Operation[]) {
  screen.line('npm run chl -- <operation or command> [--flag value …]\n\nOperations');
  for (const { name, summary } of operations) screen.line(`  ${name.padEnd(20)} ${summary}`);
  screen.line('\nCommands');
  for (const { use, says } of Object.values(commands)) screen.line(`  ${use.padEnd(20)} ${says}`);
  screen.line(
    '\nExit codes: 0 succeeded, 1 failed, 2 wrong use, 65 bad input, 75 locked or busy: try again later.',
  );
  screen.line('With a server running it is asked; without, the job runs in this process.');
  screen.json({ operations: operations.map(({ name }) => name), commands: Object.keys(commands) });
}

function showOperation(screen: Screen, { name, summary, args }: Operation) {
  showUse(screen, name, summary, { ...args.properties, ...runFlags });
}

function showUse(screen: Screen, use: string, says: string, flags: Flags) {
  screen.line(`npm run chl -- ${use}${Object.keys(flags).length > 0 ? ' [flags]' : ''}\n${says}\n`);
  for (const [name, property] of Object.entries(flags)) {
    const values = property.enum ?? (property.type === 'boolean' ? [] : [property.format ?? property.type]);
    const preset = property.default === undefined ? '' : ` (default ${property.default})`;
    screen.line(`  ${`${flagOf(name)} ${values.join('|')}`.padEnd(30)} ${property.title}${preset}`);
  }
  screen.json({ use, flags });
}
