// Runs the tests: `npm test`, or `npm test -- test/jobs test/web/api.test.ts` for some of them. Prints one line per file,
// failures in full, and the totals last. Runs `node <file>`, because the tap command loads a compiler and module hooks into
// each process, which takes longer than most tests.
//   --list            prints only the names of the test files
//   --tap             prints TAP, for other programs
//   --timeout <sec>   the time limit of a file, which must end itself
//   --kill-after <sec>   when to kill a file that did not end itself, after its limit
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { mapPositions } from './source-positions.mjs';
import { chooseTests, isInBrowser } from './test-files.mjs';
import { formatFailures, formatLine, formatTap, formatTotals, readOutcome } from './test-outcome.mjs';

/** How many files run at once: more than processors, because tests often wait for processes and disks. */
const lanes = 2 * availableParallelism();
/** How long to read output after a file has exited: a process that it left may hold the pipe open for ever. */
const drainMs = 5000;
/** CI retries a failed file once, and the summary lists it. */
const tries = process.env.CI ? 2 : 1;

process.chdir(path.resolve(import.meta.dirname, '..'));
const { values, positionals } = parseArgs({
  options: {
    list: { type: 'boolean' },
    tap: { type: 'boolean' },
    timeout: { type: 'string', default: '240' },
    'kill-after': { type: 'string', default: '20' },
  },
  allowPositionals: true,
});
const timeoutSec = Number(values.timeout);
const killSec = timeoutSec + Number(values['kill-after']);
/** Text for people: on stdout, or on stderr when stdout is TAP. */
const write = values.tap ? console.error : console.log;
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopAll(signal));

const { files, unknown } = chooseTests(positionals);
if (unknown) {
  console.error(unknown);
  process.exit(1);
}
if (values.list) console.log(files.map(({ name }) => name).join('\n'));
else process.exitCode = (await runAll(files)) ? 0 : 1;

/** Returns whether all passed. */
async function runAll(files) {
  const outcomes = [];
  const notes = [];
  const waiting = [...files];
  let isBrowserBusy = false;
  if (values.tap) console.log('TAP version 14');
  await Promise.all(Array.from({ length: lanes }, runWaiting));
  if (values.tap) console.log(`1..${outcomes.length}`);
  const { text, isGood } = formatTotals(outcomes);
  for (const note of notes) write(note);
  console.log(values.tap ? `# ${text}` : text);
  return isGood;

  async function runWaiting() {
    for (let file = takeNext(); file; file = takeNext()) {
      const hasBrowser = isInBrowser(file);
      if (hasBrowser) isBrowserBusy = true;
      let outcome = await runFile(file);
      for (let left = tries - 1; left > 0 && !outcome.isGood; left -= 1) {
        report(outcome, ', retrying');
        outcome = await runFile(file);
        if (outcome.isGood) notes.push(`passed only on retry: ${file.name}`);
      }
      outcomes.push(outcome);
      if (values.tap) console.log(formatTap(outcome, outcomes.length));
      else report(outcome);
      if (!outcome.isGood) notes.push(`failed: ${file.name}`);
      if (hasBrowser) isBrowserBusy = false;
    }
  }

  /** One test in a browser at a time: two browsers only slow each other down. The lane that ends one takes the next. */
  function takeNext() {
    const at = waiting.findIndex((file) => !(isBrowserBusy && isInBrowser(file)));
    return at === -1 ? undefined : waiting.splice(at, 1)[0];
  }
}

function report(outcome, addition = '') {
  write(formatLine(outcome) + addition);
  if (!outcome.isGood) write(formatFailures(outcome));
}

async function runFile({ name, output }) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [output], {
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(timeoutSec) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: killSec * 1000,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  const chunks = { stdout: [], stderr: [] };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (chunk) => chunks[stream].push(chunk));
  child.once('exit', () => {
    setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, drainMs).unref();
  });
  const [code, signal] = await once(child, 'close');
  running.delete(child);
  const isGood = code === 0;
  const text = (stream) => {
    const written = Buffer.concat(chunks[stream]).toString();
    return isGood ? written : mapPositions(written);
  };
  return readOutcome({
    name,
    tap: text('stdout'),
    stderr: text('stderr'),
    end: code ?? signal,
    ms: Math.round(performance.now() - startedAt),
  });
}

function stopAll(signal) {
  for (const child of running) child.kill(signal);
  console.error(`Stopped by ${signal}.`);
  process.exit(1);
}
