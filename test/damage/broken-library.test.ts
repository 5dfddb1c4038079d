// Each way in which the library can be broken, met by each part of a running server: one sentence names the file, what still
// works, and the way back.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createBackupRepository } from '../../src/backup-store/backup-repository.ts';
import { libraryWayBack, opsWayBack } from '../../src/damage/way-back.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { writeSet } from '../support/backup-set.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { runHere } from '../support/command-line.ts';
import { damageTable } from '../support/damage.ts';
import { lock } from '../support/damage-breaks.ts';
import { fillDisk, makeReadOnly, mayMount, mountDisk } from '../support/mounts.ts';
import { card, textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

/** The words of drivers and of the system, and stacks. */
const driverWords =
  /malformed|SQLITE_|SqliteError|database is locked|readonly database|disk is full \(|ENOSPC|EROFS|\n\s+at /;

type Kind = {
  /** Needs the right to mount. */
  mounts?: true;
  env?: Record<string, string>;
  breakIt(t: Test, app: TestApp): unknown;
  sentence: RegExp;
  /** That of the finding, if it differs. */
  finding?: RegExp;
  /** Operations that fail or are refused. */
  operations: string[];
  /** GETs that fail. */
  fails: string[];
  /** The key of /health. */
  component: string;
  title: string;
};

const damage =
  /chl\.db is damaged: a part of it cannot be read\. Jobs, schedules, settings and the audit log can still be read\. Restore from the backup of 2026-11-28 02:00 UTC, proven: stop the server, then run npm run chl -- restore-library 20261128T020000Z-1117 --reason "chl\.db is damaged" --confirm restore\./;
const unwritable =
  /The database \S+chl\.db cannot be written any more\. Searches and pages still work\. Its disk can only be read: check the disk and the system log, and make it writable again\./;

const kinds: Record<string, Kind> = {
  'a page that cannot be read': {
    breakIt: (_t, { config }) => damageTable(config.databasePath, 'experiences'),
    sentence: damage,
    operations: ['import', 'export', 'index'],
    fails: ['/api/v1/entries', '/api/v1/search?q=game&mode=meaning', '/api/v1/library/export'],
    component: 'database',
    title: 'Jobs fail: a database is damaged',
  },
  'a full disk': {
    mounts: true,
    breakIt: (_t, { config }) => fillDisk(path.dirname(config.databasePath)),
    sentence:
      /chl\.db cannot be written: its disk is full\. Searches and pages still work\. Free some space, then try again\./,
    finding:
      /The disk of \S+chl\.db has less than 16\.0 MiB left\. Searches and pages still work\. Free some space/,
    operations: ['import', 'export'],
    fails: [],
    component: 'disk',
    title: 'Jobs fail: the disk of chl.db is full',
  },
  'a disk that can only be read': {
    mounts: true,
    breakIt: (t, { config }) => makeReadOnly(t, path.dirname(config.databasePath)),
    sentence: unwritable,
    operations: ['import', 'export', 'index'],
    fails: ['/api/v1/library/export'],
    component: 'database',
    title: 'Nothing can be run or changed: chl.db cannot be written',
  },
  'a lock of another program': {
    env: { CHL_CHECK_LOCKED_SEC: '1' },
    breakIt: (t, { config }) => t.teardown(lock(config.databasePath)),
    sentence:
      /chl\.db is locked by another program or a job\. Searches and pages still work\. Nothing was changed\. Try again/,
    finding:
      /chl\.db has been locked for more than 1 s\. Searches and pages still work\. Find the program that has it open/,
    // Jobs wait for a minute.
    operations: [],
    fails: [],
    component: 'database',
    title: 'Jobs fail: chl.db is locked by another program',
  },
};

const pages =
  '/operations /jobs /jobs/1 /library /library?q=game /sources /schedules /status /audit /settings'.split(
    ' ',
  );
const addresses =
  '/api/v1/operations/jobs /api/v1/entries /api/v1/search?q=game&mode=meaning /api/v1/library/export /api/v1/queue /api/v1/findings /api/v1/telemetry/snapshot'.split(
    ' ',
  );

for (const [name, kind] of Object.entries(kinds)) {
  t.test(
    `${name} is one sentence everywhere`,
    { skip: kind.mounts === true && !mayMount && 'needs the right to mount' },
    (t) => meet(t, kind),
  );
}

async function meet(t: Test, kind: Kind) {
  const { sentence, finding = sentence, component, title } = kind;
  let time = Date.now();
  const root = makeFolder(t);
  const folder = kind.mounts ? mountDisk(t, '64m') : root;
  const env = {
    CHL_DATABASE_PATH: path.join(folder, 'chl.db'),
    CHL_DISK_RESERVE_MB: '16',
    CHL_CHECK_LOW_DISK_MB: '16',
    ...kind.env,
  };
  const app = await startApp(t, { root, env, now: () => new Date(time) });
  await app.run('import');
  await app.run('index');
  await addProvenSet(app);
  await kind.breakIt(t, app);
  await app.parts.checker.runOnce();
  time += 61_000;

  for (const operation of kind.operations) {
    const said = await app.run(operation).then(
      ({ failure }) => failure?.message,
      ({ message }: Error) => message,
    );
    t.match(said, sentence, operation);
    t.notMatch(said, driverWords, operation);
  }
  for (const address of pages) {
    const { status, text } = await app.page(address);
    t.notMatch(text, driverWords, address);
    if (status >= 500)
      t.match(text.replaceAll(/<[^>]+>/g, '').replaceAll('&quot;', '"'), onPage(sentence), address);
  }
  for (const address of addresses) {
    const answer = await fetch(app.origin + address);
    const text = await answer.text();
    t.notMatch(text, driverWords, address);
    if (answer.status >= 500) t.match(JSON.parse(text).error.message, sentence, address);
    t.equal(answer.status >= 500, kind.fails.includes(address), `${address} ${answer.status}`);
  }
  await app.parts.checker.runOnce();
  const { body } = await app.json('/api/v1/findings');
  t.match(body.items.find((one: { title: string }) => one.title === title)?.text, finding, 'finding');
  const health = await app.json('/health');
  t.equal(health.status, 503);
  t.match(health.body.components[component], { status: 'unhealthy', detail: finding }, 'health');
  t.match(textOf((await app.page('/operations')).html, card.banners), title, 'banner');
  const doctor = await runHere(root, ['doctor'], env);
  t.match(doctor, { code: 1, out: byDoctor(finding) });
  t.notMatch(doctor.out, driverWords);
}

t.test('the way back is a whole set before a copy, and never an empty library', async (t) => {
  const { config, library } = createLibrary(makeFolder(t));
  const copy = (hour: string) =>
    path.join(config.backupPath, `library-20261129T${hour}0000.000Z-12345678.db`);
  fs.mkdirSync(config.backupPath);
  fs.writeFileSync(copy('03'), '');
  await library.backup(copy('02'));
  t.match(libraryWayBack(config), /^There is no backup\./);
  addExperience(library, 'EXP-1');
  await library.backup(copy('01'));
  t.match(libraryWayBack(config), /^Restore from the copy before the import of 2026-11-29 01:00 UTC:/);
  const set = await writeSet(config, '20261128T020000Z-1117', library);
  await writeSet(config, '20991231T020000Z-1118', library, { made_at: '2099-12-31T02:00:00.000Z' });
  t.match(libraryWayBack(config), /^Restore from the backup of 2026-11-28 02:00 UTC, not tested:/);
  t.match(opsWayBack(config), /restore-ops 20261128T020000Z-1117 /);
  fs.truncateSync(path.join(set, 'ops.db'));
  t.match(libraryWayBack(config), /restore-library 20991231T020000Z-1118 /, 'the other set is whole');
  await writeSet(config, 'before-0.2.0', library, { made_at: '2026-11-27T09:12:34.567Z', job: null });
  const unreadable = await writeSet(config, 'before-0.3.0', library);
  fs.writeFileSync(path.join(unreadable, 'manifest.json'), '{}');
  t.match(
    libraryWayBack(config),
    /^Restore from the backup before the update of 2026-11-27 09:12 UTC, not tested: .* restore-library before-0\.2\.0 /,
  );
  t.match(opsWayBack(config), /^Restore from the backup before the update .* restore-ops before-0\.2\.0 /);
  library.close();
});

/** A doctor in this process shares its words about a stopped server with the server, whichever spoke last. */
function byDoctor({ source }: RegExp): RegExp {
  const words = /Jobs, schedules, settings and the audit log can still be read|Searches and pages still work/;
  return new RegExp(source.replace(words, '[^.]+(?:\\.db[^.]+)?'));
}

/** Pages write times in the zone of their reader. */
function onPage({ source }: RegExp): RegExp {
  return new RegExp(source.replace('2026-11-28 02:00 UTC', '28 Nov 2026, 02:00'));
}

/** The row and the files of a set that a restore test has proven. */
async function addProvenSet({ config, library, ops }: TestApp) {
  const id = '20261128T020000Z-1117';
  await writeSet(config, id, library);
  const test = { proof_job: 1, proof_at: '2026-11-28T02:01:00Z', proof_text: null, proof_steps: [] };
  createBackupRepository(ops).add({
    id,
    job: 1,
    at: '2026-11-28T02:00:00.000Z',
    kind: 'full',
    bytes: 1,
    sha256: null,
    proof: 'proven',
    ...test,
    note: null,
    is_kept: false,
    gone_at: null,
  });
}
