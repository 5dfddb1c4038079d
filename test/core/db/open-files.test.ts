// SQLite loses its locks on a database when its process closes the file elsewhere, even after only reading it. Another program
// that opens the database then removes its log, with every commit in it. See https://www.sqlite.org/howtocorrupt.html, 2.2.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../../src/core/db/open.ts';
import { startApp } from '../../support/app.ts';
import { collectRoutes } from '../../support/routes.ts';

/** The first of the bytes by which a connection shares the file, see https://www.sqlite.org/fileformat2.html and os_unix.c. */
const sharedFirst = 0x40000000 + 2;

const skip = listsLocks() ? false : '/proc/locks does not list the locks of files in this folder';

t.test('the server keeps its locks on both databases, whatever is asked of it', { skip }, async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t);
  const databases = ['chl.db', 'ops.db'];
  const locked = () => databases.filter((name) => isLocked(path.join(app.root, name)));
  t.same(locked(), databases, 'after the start');
  t.equal((await app.run('export')).status, 'succeeded');
  t.same(locked(), databases, 'after a job');
  for (const { id } of (await app.json('/api/v1/checks')).body.items) {
    await app.json('/api/v1/checks/run', { check: id });
    t.same(locked(), databases, `after the check ${id}`);
  }
  for (const { method, url } of routes) {
    if (method !== 'GET' || /[:*]|stream/.test(url)) continue;
    await (await fetch(app.origin + url)).arrayBuffer();
    t.same(locked(), databases, `after GET ${url}`);
  }
});

/** Some container systems give files other numbers there. */
function listsLocks(): boolean {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-locks-'));
  const file = path.join(folder, 'probe.db');
  const db = openDatabase(file, { busyMs: 1000 });
  db.exec('CREATE TABLE probe (id)');
  try {
    return fs.existsSync('/proc/locks') && isLocked(file);
  } finally {
    db.close();
    fs.rmSync(folder, { recursive: true });
  }
}

function isLocked(file: string): boolean {
  const { ino } = fs.statSync(file);
  return fs
    .readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(
      ([, , , , pid, inode, first]) =>
        pid === String(process.pid) && inode?.endsWith(`:${ino}`) === true && first === String(sharedFirst),
    );
}
