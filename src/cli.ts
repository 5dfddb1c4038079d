// The command line: npm run chl -- <operation> [--argument value …].
import { runCli } from './cli/main.ts';

// A pipe closed by its reader, such as head, must not end the job.
process.stdout.on('error', () => {});
process.exitCode = await runCli(process.argv.slice(2), process.stdout, process.stderr);
