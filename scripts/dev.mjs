// `npm run dev`: checks the types on each change, and compiles and restarts the server when they are right, or when a view, a
// browser file or a migration changed. While a type is wrong, the errors are printed and the old server keeps running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Folders that the server reads at start. The checker itself watches the sources. */
const watched = ['views', 'public', 'migrations'];
const writtenByBuild = /^(vendor\b|app\.css$)/;
const settleMs = 100; // editors save a file in several steps

process.chdir(path.resolve(import.meta.dirname, '..'));
const watchers = watched.filter((folder) => fs.existsSync(folder)).map(watch);
let server = null;
let isRight = false;
let isWanted = false;
let isRestarting = false;
let isStopping = false;
let settling;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());
const checker = startChecker();
process.once('exit', () => [server, checker].map((child) => child?.kill()));

function watch(folder) {
  return fs.watch(folder, { recursive: true }, (_event, file) => {
    if (file && writtenByBuild.test(file)) return;
    clearTimeout(settling);
    settling = setTimeout(() => void restart(), settleMs);
  });
}

function startChecker() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const flags = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
  const started = spawn(process.execPath, [tsc, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: started.stdout }).on('line', readChecker);
  return started.once('close', () => void stop());
}

function readChecker(line) {
  const found = /Found (\d+) errors?\. Watching/.exec(line);
  if (!found) {
    if (line !== '' && !/ - (Starting|File change detected)/.test(line)) console.error(line);
    return;
  }
  isRight = found[1] === '0';
  if (isRight) void restart();
  else log(server ? 'The old server keeps running.' : 'The server starts once the errors are fixed.');
}

/** One restart at a time; requests during a restart become one more. */
async function restart() {
  isWanted = true;
  if (isRestarting) return;
  isRestarting = true;
  while (isWanted && isRight && !isStopping) {
    isWanted = false;
    const build = spawn(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
    const [code] = await once(build, 'close');
    await stopServer();
    if (code === 0 && !isStopping) startServer();
  }
  isRestarting = false;
}

function startServer() {
  const started = spawn(process.execPath, ['--enable-source-maps', 'dist/src/main.js'], { stdio: 'inherit' });
  server = started;
  started.once('close', (code, signal) => {
    if (server !== started) return;
    server = null;
    if (!isStopping) log(`The server exited with ${signal ?? code}. It restarts on the next change.`);
  });
}

/** Sends SIGTERM, because Ctrl+C also reaches the server, and a second SIGINT would kill it at once. */
async function stopServer() {
  const stopping = server;
  if (!stopping) return;
  server = null;
  stopping.kill('SIGTERM');
  await once(stopping, 'close');
}

async function stop() {
  if (isStopping) return;
  isStopping = true;
  clearTimeout(settling);
  for (const watcher of watchers) watcher.close();
  checker.kill();
  await stopServer();
}

function log(text) {
  console.error(`[dev] ${text}`);
}
