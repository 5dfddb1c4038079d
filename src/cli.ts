// The command line: npm run chl -- <operation> [--argument value …]. Reads its words, does one thing, ends with a code.
import { exitCodeOf } from './cli/exit-codes.ts';
import { cancelJob, listJobs, retryJob, runOperation, showJob, showRetention } from './cli/commands.ts';
import { doctor } from './cli/doctor.ts';
import { help } from './cli/help.ts';
import { drainWorkers, retryFailed, showQueue, showWorkers, steerWorkers } from './cli/worker-commands.ts';
import { createScreen, type Screen } from './cli/screen.ts';
import { AppError } from './errors.ts';

const commands: Record<string, (words: string[], screen: Screen) => Promise<number>> = {
  jobs: listJobs,
  job: showJob,
  cancel: cancelJob,
  retry: retryJob,
  retention: showRetention,
  workers: showWorkers,
  pause: steerWorkers('pause'),
  resume: steerWorkers('resume'),
  drain: drainWorkers,
  queue: showQueue,
  'retry-failed': retryFailed,
  doctor,
  help,
};

const [name = 'help', ...words] = process.argv.slice(2);
// A reader that goes away, such as head, is no reason to end a job.
process.stdout.on('error', () => {});
const screen = createScreen(process.stdout, words.includes('--json'));
try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  screen.refuse(error);
  process.exitCode = exitCodeOf(error.code);
}

function run(): Promise<number> {
  if (name === '--help' || name === '-h') return help([], screen);
  if (words.includes('--help') || words.includes('-h')) return help([name], screen);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command ? command(words, screen) : runOperation(name, words, screen);
}
