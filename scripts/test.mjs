// Runs the tests: `npm test`, or `npm test -- test/jobs test/web/api.test.ts` for some of them. Prints one line per file,
// failures in full, and the totals last. Runs `node`, because the tap command loads a compiler and module hooks into each
// process, which takes longer than most tests. Files share processes, except when there is a process for each.
//   --list            prints only the names of the test files
//   --tap             prints TAP, for other programs
//   --lanes <count>   how many files run at once; with 1, files share one process in the given order
//   --timeout <sec>   the time limit of a file, which must end itself
//   --kill-after <sec>   when to kill a file that did not end itself, after its limit
import fs from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createSharedProcess, runAlone, stopAll } from './test-children.mjs';
import { chooseTests, isInBrowser, usesTap } from './test-files.mjs';
import { formatFailures, formatLine, formatTap, formatTotals } from './test-outcome.mjs';

/** CI retries a failed file once, and the summary lists it. */
const tries = process.env.CI ? 2 : 1;

process.chdir(path.resolve(import.meta.dirname, '..'));
const { values, positionals } = parseArgs({
  options: {
    list: { type: 'boolean' },
    tap: { type: 'boolean' },
    // More than processors, because tests often wait for processes and disks.
    lanes: { type: 'string', default: String(3 * availableParallelism()) },
    // Three times what the longest file takes on a quiet machine: the limit is for files that hang.
    timeout: { type: 'string', default: '480' },
    'kill-after': { type: 'string', default: '20' },
  },
  allowPositionals: true,
});
process.env.TMPDIR = chooseTemporaryFolder();
const lanes = Number(values.lanes);
/** A test in a browser takes more of a processor than others do. */
const maxBrowsers = Math.ceil(lanes / 3);
const timeout = 1000 * Number(values.timeout);
const limits = { timeout, kill: timeout + 1000 * Number(values['kill-after']) };
/** Text for people: on stdout, or on stderr when stdout is TAP. */
const write = values.tap ? console.error : console.log;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop(signal));

const { files, unknown } = chooseTests(positionals);
if (unknown) {
  console.error(unknown);
  process.exit(1);
}
if (values.list) console.log(files.map(({ name }) => name).join('\n'));
else process.exitCode = (await runAll(files)) ? 0 : 1;

/** The memory of the machine, if it has room: each test app makes new databases, which there take a fifth less of a processor. */
function chooseTemporaryFolder() {
  const inMemory = '/dev/shm';
  const minFreeBytes = 8 * 2 ** 30;
  try {
    fs.accessSync(inMemory, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(inMemory);
    return bavail * bsize >= minFreeBytes ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Returns whether all passed. */
async function runAll(files) {
  const outcomes = [];
  const notes = [];
  const waiting = [...files];
  const shares = files.length > lanes;
  const freeBrowsers = Array.from({ length: maxBrowsers }, () => createSharedProcess(limits));
  if (values.tap) console.log('TAP version 14');
  await Promise.all(Array.from({ length: lanes }, runWaiting));
  for (const browser of freeBrowsers) browser.close();
  if (values.tap) console.log(`1..${outcomes.length}`);
  const { text, isGood } = formatTotals(outcomes);
  for (const note of notes) write(note);
  console.log(values.tap ? `# ${text}` : text);
  return isGood;

  async function runWaiting() {
    const ofLane = createSharedProcess(limits);
    for (let file = takeNext(); file; file = takeNext()) {
      const browser = isInBrowser(file) ? freeBrowsers.pop() : null;
      let outcome = await run(file, browser ?? ofLane);
      for (let left = tries - 1; left > 0 && !outcome.isGood; left -= 1) {
        report(outcome, ', retrying');
        outcome = await runAlone(file, limits);
        if (outcome.isGood) notes.push(`passed only on retry: ${file.name}`);
      }
      outcomes.push(outcome);
      if (values.tap) console.log(formatTap(outcome, outcomes.length));
      else report(outcome);
      if (!outcome.isGood) notes.push(`failed: ${file.name}`);
      if (browser) freeBrowsers.push(browser);
    }
    ofLane.close();
  }

  function run(file, shared) {
    return shares && usesTap(file) ? shared.run(file) : runAlone(file, limits);
  }

  /** More browsers at once only slow each other down. The lane that ends a test in one takes the next. */
  function takeNext() {
    const at = waiting.findIndex((file) => freeBrowsers.length > 0 || !isInBrowser(file));
    return at === -1 ? undefined : waiting.splice(at, 1)[0];
  }
}

function report(outcome, addition = '') {
  write(formatLine(outcome) + addition);
  if (!outcome.isGood) write(formatFailures(outcome));
}

function stop(signal) {
  stopAll(signal);
  console.error(`Stopped by ${signal}.`);
  process.exit(1);
}
