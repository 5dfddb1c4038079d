// Runs after `npm install`: builds the SQLite driver that Node 20 needs. Newer versions of Node use a driver that brings its
// binaries, so they need no compiler. It is `postinstall`, because `prepare` does not run for a package from a tarball.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The compiler reads these after the -O3 of the driver. SQLite is as fast with -O2, and compiled in two thirds of the time.
 *  SQLite and the driver are compiled at the same time. */
const flags = {
  JOBS: 'max',
  CFLAGS: `-O2 ${process.env.CFLAGS ?? ''}`,
  CXXFLAGS: `-O2 ${process.env.CXXFLAGS ?? ''}`,
};
const [major] = process.versions.node.split('.').map(Number);
if (major < 22) build();

function build() {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('better-sqlite3-12/package.json'));
  if (loads(folder)) return;
  const { stdout, stderr } = spawnSync('npm', ['run', '--silent', 'install'], {
    cwd: folder,
    env: { ...process.env, ...flags },
  });
  if (loads(folder)) return;
  console.error(`${stdout}${stderr}`);
  console.error(
    'The SQLite driver of Node 20 could not be built. Install a C++ compiler, make and Python 3, or use Node 22 or newer.',
  );
  process.exitCode = 1;
}

/** Tries it in a process of its own: a binary for another Node may abort. */
function loads(folder) {
  const program = `new (require(${JSON.stringify(folder)}))(':memory:')`;
  return spawnSync(process.execPath, ['-e', program], { stdio: 'ignore' }).status === 0;
}
