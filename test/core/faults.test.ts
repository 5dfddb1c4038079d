import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { AppError } from '../../src/core/errors.ts';
import { explain, toFault } from '../../src/core/faults.ts';
import { damageTable } from '../support/damage.ts';
import { makeFolder } from '../support/folder.ts';

/** The words of the drivers, which people do not understand. */
const driverWords = /malformed|SQLITE_|\bE[A-Z]{3,}\b|errno|syscall|^\w*Error|\n\s+at /;

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

t.test('every result code of SQLite becomes a sentence with a next step', (t) => {
  const codes =
    'CORRUPT_VTAB NOTADB IOERR_SHORT_READ CANTOPEN_ISDIR READONLY_DBMOVED PERM NOMEM TOOBIG FULL BUSY LOCKED';
  for (const kind of codes.split(' ')) {
    const error = Object.assign(new Error('database disk image is malformed'), {
      code: `SQLITE_${kind}`,
      file: '/d/chl.db',
    });
    const message = explain(error);
    t.match(message, /^\/d\/chl\.db [a-z].*\.$/, kind);
    t.notMatch(message, driverWords, kind);
  }
  t.match(
    explain(Object.assign(new Error('x'), { code: 'SQLITE_ODD' })),
    /^A database could not be used\. Nothing was changed\. Run /,
  );
  t.end();
});

t.test('every usual error of a file names the file and a next step', (t) => {
  const codes =
    'ENOENT EACCES EPERM EROFS ENOSPC EDQUOT EIO EMFILE EISDIR ENOTDIR ENOTEMPTY EEXIST ELOOP ENAMETOOLONG EXDEV';
  for (const code of codes.split(' ')) {
    const message = explain(Object.assign(new Error(`${code}: words, open '/d/a'`), { code, path: '/d/a' }));
    t.match(message, /^\/d\/a [a-z].*\.$/, code);
    t.notMatch(message, driverWords, code);
  }
  t.match(explain(errorOf(() => fs.readFileSync('/nowhere/at/all'))), /^\/nowhere\/at\/all does not exist/);
  t.end();
});

t.test('other errors keep their message, and have no fault', (t) => {
  t.equal(toFault(new Error('x')), null);
  t.equal(explain(new Error('x')), 'x');
  t.equal(explain('y'), 'y');
  const ours = new AppError('busy', 'Later.');
  t.equal(toFault(ours), ours);
  t.end();
});

t.test('an error of the driver names the damaged file and the way back', (t) => {
  const file = path.join(makeFolder(t), 'chl.db');
  const db = openDatabase(file, { busyMs: 100 });
  db.exec('CREATE TABLE one (a); INSERT INTO one VALUES (1)');
  db.close();
  damageTable(file, 'one');
  const damaged = openDatabase(file, { busyMs: 100 });
  t.teardown(() => damaged.close());
  const fault = toFault(errorOf(() => damaged.prepare('SELECT * FROM one').all()));
  t.match(fault, { code: 'database_damaged', details: { file }, cause: { code: /SQLITE_CORRUPT/ } });
  t.match(fault?.message, /chl\.db is damaged.*Stop the server.*put a backup in its place/);
  fs.writeFileSync(file, 'no database at all, but long enough to be read as one '.repeat(20));
  fs.rmSync(`${file}-wal`, { force: true });
  const notOne = {
    code: 'config',
    message: /cannot be opened: it is damaged, or in a format that is not known.*backup/,
  };
  t.throws(() => openDatabase(file, { busyMs: 100 }), notOne);
  t.end();
});
