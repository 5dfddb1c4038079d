// Runs every test file that was built, or those that are named, two at a time, each as `node file` would. The tap command
// loads a compiler and hooks for modules into each, which takes longer than most of the tests do.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';

const root = path.resolve(import.meta.dirname, '..');
const fileMaxSec = 240;

process.chdir(root);
t.jobs = 2;
t.setTimeout(0);
const named = process.argv.slice(2);
const failed = [];
t.teardown(() => {
  for (const file of failed) console.error(`failed: ${file}`);
});
for (const file of named.length > 0 ? named : listTests()) runFile(file);

async function runFile(name) {
  const env = { ...process.env, TAP_TIMEOUT: String(fileMaxSec) };
  const options = { name, env, buffered: true, timeout: fileMaxSec * 1000 };
  const result = await t.spawn(process.execPath, ['--enable-source-maps', name], options);
  if (!result?.ok) failed.push(name);
}

function listTests() {
  const files = fs.readdirSync('dist/test', { recursive: true });
  return files
    .filter((file) => file.endsWith('.test.js'))
    .sort()
    .map((file) => path.join('dist/test', file));
}
