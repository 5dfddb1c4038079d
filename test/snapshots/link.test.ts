import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Db } from '../../src/core/db/open.ts';
import { AppError } from '../../src/core/errors.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { readIndexHeader } from '../../src/index/faiss-reader.ts';
import { readMeta } from '../../src/index/meta.ts';
import { checkSnapshot } from '../../src/snapshots/check.ts';
import { verifyGeneration } from '../../src/index/verify.ts';
import { makeIndexed, memberStem, toParts } from '../support/snapshots.ts';
import { buildZip, type Part } from '../support/zip.ts';
import { makeFolder } from '../support/folder.ts';

const entries = ['E1', 'E2', 'E3', 'M1'];
const ownMeta = { model_name: builtIn.name, dimension: 384, count: 4, checksum: '0'.repeat(32) };

/** A set of files made by CHL: no manifest, and a meta file that names no entry. */
async function open(t: Test, meta: Record<string, unknown> = ownMeta) {
  const root = makeFolder(t);
  const { library, members } = await makeIndexed(root);
  t.teardown(() => library.close());
  const [, index] = toParts(members);
  const parts: Part[] = [index, { name: `${memberStem}.meta.json`, data: Buffer.from(JSON.stringify(meta)) }];
  const zip = path.join(root, 'set.zip');
  fs.writeFileSync(zip, buildZip(parts));
  const folder = path.join(root, 'staged');
  const check = () =>
    checkSnapshot({ zip, folder, maxBytes: 1e6, reserveBytes: 0, library, model: builtIn, onProgress() {} });
  const files = { index: `${folder}/${memberStem}.index`, meta: `${folder}/${memberStem}.meta.json` };
  return { library, check, files, folder };
}

function makeTable(library: Db) {
  library.exec(`CREATE TABLE faiss_metadata (id INTEGER PRIMARY KEY, entity_id TEXT NOT NULL,
    entity_type TEXT NOT NULL, faiss_internal_id INTEGER NOT NULL UNIQUE, created_at TEXT NOT NULL, deleted BOOLEAN NOT NULL)`);
}

function link(library: Db, id: string, row: number, isDeleted = 0) {
  library
    .prepare(`INSERT INTO faiss_metadata VALUES (NULL, ?, ?, ?, '', ?)`)
    .run(id, id.startsWith('M') ? 'manual' : 'experience', row, isDeleted);
}

const refusalOf = async (check: () => Promise<unknown>) => {
  const error = await check().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return { code: error.details?.code, message: error.message };
};

t.test(
  "a set of CHL's own is linked through the table that says which entry each vector belongs to",
  async (t) => {
    const { library, check, files } = await open(t);
    makeTable(library);
    for (const [row, id] of entries.entries()) link(library, id, row);
    t.match(await check(), { coverage: { entries: 4, covered: 4, missing: 0 } });
    verifyGeneration(files, () => {});
    t.same(
      readMeta(files.meta).vectors.map(({ entity_id }) => entity_id),
      entries,
    );
  },
);

t.test('vectors of deleted links and without an entry are left out', async (t) => {
  const { library, check, files } = await open(t);
  makeTable(library);
  link(library, 'E1', 0);
  link(library, 'E2', 1, 1);
  link(library, 'M1', 3);
  t.match(await check(), { manifest: { count: 2 }, coverage: { covered: 2, missing: 2 } });
  t.same(readIndexHeader(files.index), { dimension: 384, count: 2 });
  verifyGeneration(files, () => {});
});

t.test(
  'without the table, or with that of another index, files of CHL are refused with the reason',
  async (t) => {
    const { library, check, folder } = await open(t);
    t.match(await refusalOf(check), { code: 'not_linked', message: /has no table faiss_metadata/ });
    makeTable(library);
    t.match(await refusalOf(check), { code: 'not_linked', message: /names none of its vectors/ });
    for (const [row, id] of entries.toReversed().entries()) link(library, id, row);
    t.match(await refusalOf(check), { code: 'not_linked', message: /vector 0 is not that of "M1"/ });
    t.notOk(fs.existsSync(folder), 'nothing is left');
  },
);

t.test('a meta file that is neither ours nor of CHL is refused', async (t) => {
  const codeOf = async (meta: Record<string, unknown>) => (await refusalOf((await open(t, meta)).check)).code;
  t.equal(await codeOf({}), 'member_missing');
  t.equal(await codeOf({ ...ownMeta, model_name: 'other' }), 'model_mismatch');
  t.equal(await codeOf({ ...ownMeta, count: 9 }), 'meta_mismatch');
});
