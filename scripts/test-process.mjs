// Runs test files one after another, because loading tap and the app takes longer than most tests. test-children.mjs starts
// this process and sends the files. Each file gets its own test object in place of tap's root, so it prints the same TAP as
// a file that runs alone; as there, it ends when nothing that it opened keeps the event loop alive.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import root, { Test } from 'tap';

const folder = process.cwd();
const { env } = process;
const variables = { ...env };
let current = null;

root.setTimeout(0);
Object.setPrototypeOf(
  root,
  new Proxy(Object.getPrototypeOf(root), {
    get(_, key) {
      const value = current.test.t[key];
      return typeof value === 'function' ? value.bind(current.test.t) : value;
    },
    set: (_, key, value) => Reflect.set(current.test.t, key, value),
  }),
);
process.on('message', start);
process.on('beforeExit', () => {
  if (!process.connected) return;
  if (!current.test.results) current.test.endAll();
  else if (process.exitCode) process.exit();
  else finish();
});
process.on('exit', () => {
  if (current && !current.test.results) current.test.endAll();
});

/** `endMark` ends the output of the file on both streams. */
function start({ name, output, timeoutMs, endMark }) {
  process.channel.unref();
  const load = async () => void (await import(pathToFileURL(path.resolve(output)).href));
  const test = new Test({ name, timeout: timeoutMs, cb: load });
  test.t.pipe(process.stdout);
  current = { test, endMark, timer: setTimeout(failIfOpen, timeoutMs).unref() };
  // After a failure the process is not used again, so whatever is still open does not matter.
  test.runMain(() => !test.results.ok && finish());
}

/** The test object reports its own limit; afterwards, something that the file left open is why it does not end. */
function failIfOpen() {
  if (!current.test.results) return;
  console.error(`Still open: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(1);
}

function finish() {
  clearTimeout(current.timer);
  current.test.setTimeout(0);
  restore();
  for (const stream of [process.stdout, process.stderr]) stream.write(current.endMark);
  process.channel?.ref();
}

/** Takes back what a test file changed in this process, so that the next one starts alike. */
function restore() {
  process.chdir(folder);
  process.env = env;
  for (const name of Object.keys(env)) if (!(name in variables)) delete env[name];
  Object.assign(env, variables);
}
