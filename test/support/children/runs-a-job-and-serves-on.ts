// An engine in a separate process, for tests that kill a server: prints when the job's child is in its phase and the wanted
// number of hidden descendants is stored.
import { buildEngine } from '../engine.ts';
import { defineOperation } from '../operations.ts';

const [, , root = '', child = '', phase = '', hidden = '0', text] = process.argv;
const { CHL_PROCESS_TRACKING = 'auto' } = process.env;
const engine = buildEngine(root, {
  operations: [defineOperation({ child })],
  env: { CHL_PROCESS_TRACKING },
});
engine.runner.start();
const { number } = engine.enqueue('chore', text === undefined ? {} : { text, count: 1 });
const job = await engine.whenPhase(number, phase);
while (engine.repository.processes().length < Number(hidden)) await new Promise(setImmediate);
process.stdout.write(`${JSON.stringify({ id: job.id, pid: job.pid })}\n`);
