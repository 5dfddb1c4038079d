// The command line: npm run chl -- <operation> [--argument value …].
import { obey } from './cli/main.ts';

// A reader that goes away, such as head, is no reason to end a job.
process.stdout.on('error', () => {});
process.exitCode = await obey(process.argv.slice(2), process.stdout, process.stderr);
