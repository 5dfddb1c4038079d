// The command line: npm run chl -- <operation> [--argument value …].
import { checkNode } from './core/node-version.ts';
import { nameSourcesInStacks } from './errors/source-maps.ts';

checkNode();
nameSourcesInStacks();
const { runCli } = await import('./cli/main.ts');
// A pipe closed by its reader, such as head, must not end the job.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
process.exitCode = await runCli(process.argv.slice(2), process.stdout, process.stderr);
