// Imports and exports that are killed at a random moment, alone or with the server, or that run out of space: each leaves all
// or nothing, and a job that says so.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createRandom, pick } from '../../scripts/random.ts';
import { createCleaning } from '../../src/backup-store/unfinished.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { createLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import {
  contentOf,
  experience,
  makeRoot,
  openRoot,
  type Root,
  sheet,
  writeSheet,
} from '../support/library.ts';
import { runScript } from '../support/script.ts';
import { startServer } from '../support/server.ts';
import { hashLibrary } from '../support/undo.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

/** Only Google asks an import to wait. */
const phases = Object.keys(importOperation.phases).filter((phase) => phase !== 'wait') as [
  string,
  ...string[],
];
/** `SEED=7` repeats a run. */
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** Longer than most phases, so that the kill may also meet a later one. */
const momentMs = 40;

const titled = (title: string) =>
  sheet({ experiences: Array.from({ length: 2000 }, (_, at) => experience({ id: `EXP-${at}`, title })) });

const titlesIn = ({ db }: Root) => db.prepare('SELECT DISTINCT title FROM experiences').pluck().all();
const isApplied = ({ db }: Root, jobId: string) =>
  db.prepare('SELECT 1 FROM ops_applied WHERE job_id = ?').get(jobId) !== undefined;
const backupsIn = ({ config }: Root) => fs.readdirSync(path.join(config.root, 'backups'));

t.test(`an import that is killed in any phase leaves all or nothing (seed ${seed})`, async (t) => {
  const random = createRandom(seed);
  const root = makeRoot(t);
  let [present, next] = ['one', 'other'];
  for (const title of [present, next]) writeSheet(root, titled(title), `sheets/${title}`);
  t.match(await runScript(root.config, 'import', { path: `sheets/${present}` }), { code: 0 });
  for (const phase of phases) {
    const before = hashLibrary(root);
    let isStruck = false;
    const { jobId } = await runScript(
      root.config,
      'import',
      { path: `sheets/${next}` },
      async (message, child) => {
        if (isStruck || message.type !== 'progress' || message.phase !== phase) return;
        isStruck = true;
        await after(random(momentMs));
        child.kill('SIGKILL');
      },
    );
    t.ok(isStruck, phase);
    if (isApplied(root, jobId)) [present, next] = [next, present];
    else t.equal(hashLibrary(root), before, `${phase}: nothing`);
    t.strictSame(titlesIn(root), [present], `${phase}: all or nothing`);
    t.equal(root.db.pragma('integrity_check', { simple: true }), 'ok');
  }
  t.match(await runScript(root.config, 'import', { path: `sheets/${next}` }), { result: { changed: 2000 } });
  await createCleaning({ config: root.config, log: createLog('silent', createRedactor(root.config)) }).all();
  t.notMatch(backupsIn(root).join(), 'partial', 'the next start removes what a killed one left');
});

t.test(`a job whose server is killed in any phase says what it did (seed ${seed})`, async (t) => {
  const random = createRandom(seed);
  const folder = makeFolder(t);
  let server = await startServer(t, folder);
  const root = openRoot(t, { CHL_EXPERIENCE_ROOT: path.join(folder, 'data') });
  const ops = openDatabase(root.config.opsDatabasePath, { busyMs: 1000, readonly: true });
  t.teardown(() => ops.close());
  for (const title of ['one', 'other']) {
    writeSheet(root, titled(title), `sheets/${title}`);
    const before = hashLibrary(root);
    const { number, job_id } = await submit(server.url, { path: `sheets/${title}`, allow_removals: true });
    const wanted = phases.indexOf(pick(random, phases));
    const reached = ops
      .prepare(
        "SELECT status NOT IN ('queued', 'running') OR progress ->> '$.phase' IN (SELECT value FROM json_each(?)) FROM job WHERE number = ?",
      )
      .pluck();
    await until(() => reached.get(JSON.stringify(phases.slice(wanted)), number) === 1);
    await after(random(momentMs));
    server.child.kill('SIGKILL');
    server = await startServer(t, folder);
    const job = (await (await fetch(`${server.url}/api/v1/operations/jobs/${number}`)).json()) as {
      status: string;
      failure: { code: string } | null;
    };
    const outcome = isApplied(root, job_id) ? 'succeeded' : 'failed';
    t.equal(job.status, outcome, `${phases[wanted]}: ${JSON.stringify(job.failure)}`);
    if (outcome === 'succeeded') t.strictSame(titlesIn(root), [title]);
    else {
      t.equal(job.failure?.code, 'lost');
      t.equal(hashLibrary(root), before, `${phases[wanted]}: nothing`);
    }
  }
});

t.test('on a full disk nothing is left half done, and the job says so', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, titled('one'));
  await runScript(root.config, 'import');
  writeSheet(root, titled('other'));
  const old = sheet();
  const cases: [folder: string, kib: number, operation: string, args: Record<string, unknown>][] = [
    ['backups', 64, 'import', {}],
    ['plans', 64, 'import', { dry_run: true }],
    ['sheets', 64, 'export', {}],
    ['sheets', 32, 'export', { format: 'xlsx' }],
    ['exports', 4, 'export', { download: true }],
  ];
  for (const [name, kib, operation, args] of cases) {
    const what = `${operation} ${JSON.stringify(args)}`;
    const folder = path.join(root.config.root, name);
    await onSmallDisk(t, { folder, kib }, async () => {
      if (name === 'sheets') writeSheet(root, old, 'sheets/review');
      const [files, content] = [listAll(folder), contentOf(root)];
      const { code, failure } = await runScript(root.config, operation, args);
      t.equal(code, 1, what);
      t.match(failure?.message, /(?:the|its) disk is full\. Free some space, then try again\.$/, what);
      t.match(failure?.message, folder, `${what} is named`);
      t.strictSame(listAll(folder), files, what);
      t.strictSame(contentOf(root), content, what);
    });
  }
});

async function submit(url: string, args: Record<string, unknown>) {
  const body = JSON.stringify({ args, reason: 'a test needs it', confirm: 'import' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/operations/import`, { method: 'POST', body, headers });
  return (await answer.json()) as { number: number; job_id: string };
}

async function onSmallDisk(
  t: Test,
  { folder, kib }: { folder: string; kib: number },
  work: () => Promise<void>,
) {
  fs.mkdirSync(folder, { recursive: true });
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder]);
  if (mount.status !== 0) return t.pass('skipped: no small disk can be mounted here');
  try {
    await work();
  } finally {
    spawnSync('umount', [folder]);
  }
}

/** The files below the folder, with their sizes. */
function listAll(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${name} ${fs.statSync(path.join(parentPath, name)).size}`)
    .sort();
}
