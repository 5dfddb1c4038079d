// Runs every test file that was built, or those that are named, two at a time, each as `node file` would. The tap command
// loads a compiler and hooks for modules into each, which takes longer than most of the tests do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import t, { TapFile } from 'tap';

const root = path.resolve(import.meta.dirname, '..');
const fileMaxSec = 240;
/** After which a file that does not even end by itself is killed. */
const killAfterSec = fileMaxSec + 20;
/** What a file that has ended said is read by then. */
const drainMs = 5000;
/** Where nobody looks on, a file that fails runs once more; that it did is said at the end. */
const tries = process.env.CI ? 2 : 1;

process.chdir(root);
t.jobs = 2;
t.setTimeout(0);
const named = process.argv.slice(2);
const notes = [];
t.teardown(() => {
  for (const note of notes) console.error(note);
});
for (const file of named.length > 0 ? named : listTests()) {
  t.test(file, { buffered: true, timeout: 0 }, (t) => runFile(t, file));
}

async function runFile(t, file) {
  let outcome = await execute(file);
  for (let left = tries - 1; left > 0 && outcome.end !== 0; left -= 1) {
    console.error(`${outcome.output.replace(/^/gm, '> ')}\nfailed, and runs once more: ${file}`);
    outcome = await execute(file);
    if (outcome.end === 0) notes.push(`passed only when run once more: ${file}`);
  }
  await t.sub(TapFile, { name: file, tapStream: Readable.from([outcome.output]) });
  if (outcome.end === 0) return;
  t.fail(`it ended with ${outcome.end}`);
  notes.push(`failed: ${file}`);
}

/** Gives its output, and its exit code or the signal that ended it. */
async function execute(file) {
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(fileMaxSec) },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: killAfterSec * 1000,
    killSignal: 'SIGKILL',
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  // What it has left running may hold its output open for ever.
  child.once('exit', () => setTimeout(() => child.stdout.destroy(), drainMs).unref());
  const [code, signal] = await once(child, 'close');
  return { output: Buffer.concat(output).toString(), end: code ?? signal };
}

function listTests() {
  const files = fs.readdirSync('dist/test', { recursive: true });
  return files
    .filter((file) => file.endsWith('.test.js'))
    .sort()
    .map((file) => path.join('dist/test', file));
}
