// Runs every check of the project (`npm run check`). The checks that only read the sources run side by side, and each is
// reported, also when another fails. The tests and the walk run only when the sources are in order.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** Scripts of package.json. The slowest are first: `postinstall` builds the SQLite driver for the tests, unless there is one;
 *  `pretest` compiles, for the tests and the walk. */
const sideBySide = ['postinstall', 'lint', 'types', 'unused', 'format:check', 'pretest'];

process.chdir(path.resolve(import.meta.dirname, '..'));
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopAll(signal));
process.exitCode = (await checkAll()) ? 0 : 1;

async function checkAll() {
  const waiting = [...sideBySide];
  const failed = [];
  await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
  if (failed.length > 0) return report(failed);
  // The walk waits for one answer after another, so it costs the tests less than it would take after them.
  const walking = runReported('walk');
  if (!(await runHere('test'))) failed.push('test');
  const walk = await walking;
  process.stdout.write(walk.output);
  if (!walk.isGood) failed.push('walk');
  return report(failed);

  async function runWaiting() {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const { isGood, output } = await runReported(name);
      process.stdout.write(output);
      if (!isGood) failed.push(name);
    }
  }
}

async function runReported(name) {
  const child = start(name, ['ignore', 'pipe', 'pipe']);
  const [out, err, isGood] = await Promise.all([text(child.stdout), text(child.stderr), untilEnd(child)]);
  return { isGood, output: out + err };
}

function runHere(name) {
  return untilEnd(start(name, 'inherit'));
}

function start(name, stdio) {
  const child = spawn('npm', ['run', name], { stdio });
  running.add(child);
  return child;
}

/** Resolves with whether the exit code is 0. */
async function untilEnd(child) {
  const [code] = await once(child, 'exit');
  running.delete(child);
  return code === 0;
}

function report(failed) {
  if (failed.length > 0) console.error(`\nFailed: ${failed.map((name) => `npm run ${name}`).join(', ')}`);
  return failed.length === 0;
}

function stopAll(signal) {
  for (const child of running) child.kill(signal);
  console.error(`Stopped by ${signal}.`);
  process.exit(1);
}
