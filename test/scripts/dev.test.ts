// `npm run dev`, on a small project.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { makeFolderInProject } from '../support/folder.ts';

const server = (name: string) => `
  console.log('${name} runs as', process.pid);
  process.once('SIGTERM', () => { console.log('${name} stops'); process.exit(0); });
  process.once('SIGINT', () => {});
  setInterval(() => {}, 1000);`;
const globals =
  'declare const process: any, console: any; declare function setInterval(run: () => void, ms: number): void;';
const tsconfig = JSON.stringify({
  compilerOptions: {
    target: 'es2023',
    lib: ['es5'],
    types: [],
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['src'],
});

async function start(t: Test) {
  const folder = makeFolderInProject(t, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': tsconfig,
    'tsconfig.build.json': tsconfig,
    scripts: Object.fromEntries(
      [
        'dev.mjs',
        'build.mjs',
        'build-file.mjs',
        'bundle.mjs',
        'compile.mjs',
        'page-scripts.mjs',
        'styles.mjs',
      ].map((file) => [file, fs.readFileSync(path.join(packageRoot, 'scripts', file))]),
    ),
    public: { css: {}, js: {} },
    src: { 'main.ts': server('first'), 'globals.d.ts': globals },
    views: { page: { 'page.eta': 'old' } },
  });
  const child = spawn(process.execPath, ['scripts/dev.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pids: number[] = [];
  t.teardown(() => {
    child.kill('SIGTERM');
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  const prints = listen(child);
  return {
    child,
    prints,
    write: (file: string, text: string) => fs.writeFileSync(path.join(folder, file), text),
    async serverOf(name: string): Promise<number> {
      const pid = Number((await prints(new RegExp(`${name} runs as (\\d+)\n`)))[1]);
      pids.push(pid);
      return pid;
    },
  };
}

/** Returns a function that resolves when the output after its last match contains a pattern. */
function listen(child: ChildProcess) {
  let output = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
      look();
    });
  }
  return (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${pattern} in: ${output}`)), 20_000);
      look = () => {
        const found = pattern.exec(output);
        if (!found) return;
        clearTimeout(timer);
        output = output.slice(found.index + found[0].length);
        resolve(found);
      };
      look();
    });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

t.test('a change of a source or a view restarts the server', async (t) => {
  const { write, prints, serverOf, child } = await start(t);
  const first = await serverOf('first');
  write('src/main.ts', server('second'));
  await prints(/first stops\n/);
  const second = await serverOf('second');
  t.notOk(isAlive(first));
  write('views/page/page.eta', 'new');
  await prints(/second stops\n/);
  const third = await serverOf('second');
  t.notOk(isAlive(second));
  child.kill('SIGINT');
  t.same(await once(child, 'close'), [0, null]);
  t.notOk(isAlive(third));
});

t.test('a type error is printed, and the old server runs until it is fixed', async (t) => {
  const { write, prints, serverOf, child } = await start(t);
  const first = await serverOf('first');
  write('src/main.ts', 'mistake();');
  await prints(/main\.ts\(1,1\): error TS2304: [\s\S]*The old server keeps running\.\n/);
  t.ok(isAlive(first));
  write('src/main.ts', server('corrected'));
  const last = await serverOf('corrected');
  t.notOk(isAlive(first));
  child.kill('SIGTERM');
  t.same(await once(child, 'close'), [0, null]);
  t.notOk(isAlive(last));
});

t.test('a server that exits is reported, and the next change starts it', async (t) => {
  const { write, prints, serverOf, child } = await start(t);
  await serverOf('first');
  write('src/main.ts', 'process.exit(3)');
  await prints(/The server exited with 3\. It restarts on the next change\.\n/);
  write('src/main.ts', server('second'));
  await serverOf('second');
  child.kill('SIGINT');
  await once(child, 'close');
});
