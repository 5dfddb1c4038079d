// A snapshot whose vectors are not those of the entries, and one that covers none of them.
import '../support/plain-children.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import t from 'tap';
import { toParts, withIndex, withMeta } from '../support/snapshots.ts';
import { confirmed, leftOver, startIndexed, upload } from '../support/uploads.ts';
import { buildZip } from '../support/zip.ts';

const headerBytes = 45;
const vectorBytes = 384 * 4;

t.test('the vectors of a snapshot are compared with those of the library', async (t) => {
  const app = await startIndexed(t);
  const { status, body } = await upload(app, buildZip(toParts(app.members)));
  t.equal(status, 202);
  t.same(body.sample, { compared: 4, equal: 4 });
  const { text } = await app.page(`/ui/operations/snapshot/confirm?staged_id=${body.staged_id}`);
  t.match(text, '4 of 4 compared vectors equal what the library has of the same texts.');
});

t.test('a snapshot with vectors of other entries is refused', async (t) => {
  const app = await startIndexed(t);
  const shifted = withMeta(app.members, ({ vectors }) => {
    const ids = vectors.map(({ entity_id }: { entity_id: string }) => entity_id);
    const hashes = vectors.map(({ content_hash }: { content_hash: string }) => content_hash);
    for (let i = 0; i < 3; i++)
      Object.assign(vectors[i], { entity_id: ids[(i + 1) % 3], content_hash: hashes[(i + 1) % 3] });
  });
  const random = withIndex(app.members, (index) => {
    for (let row = 0; row < 4; row++) {
      index.fill(0, headerBytes + row * vectorBytes, headerBytes + (row + 1) * vectorBytes);
      index.writeFloatLE(1, headerBytes + row * vectorBytes + 4 * (row + 7));
    }
  });
  for (const [members, differing] of [
    [shifted, 3],
    [random, 4],
  ] as const) {
    const { status, body } = await upload(app, buildZip(toParts(members)));
    t.equal(status, 422);
    t.equal(body.error.details.code, 'vectors_differ');
    t.match(
      body.error.message,
      `${differing} of 4 compared vectors differ from what the library has of the same texts, so they belong to other entries or to another model. Download the snapshot again, or rebuild the index here. The current index is unchanged.`,
    );
    t.same(leftOver(app), []);
  }
});

t.test('without embeddings in the library nothing can be compared, and that is said', async (t) => {
  const app = await startIndexed(t);
  const library = openDatabase(app.parts.config.databasePath, { busyMs: 1000 });
  library.exec('DELETE FROM embeddings');
  library.close();
  const { body } = await upload(app, buildZip(toParts(app.members)));
  t.same(body.sample, { compared: 0, equal: 0 });
  const { text } = await app.page(`/ui/operations/snapshot/confirm?staged_id=${body.staged_id}`);
  t.match(text, 'No vector could be compared: the library has no embedding of these entries.');
});

t.test('a snapshot that covers no entry is installed only when that is allowed', async (t) => {
  const app = await startIndexed(t);
  const foreign = withMeta(app.members, ({ vectors }) => {
    for (const vector of vectors) vector.entity_id = `other-${vector.entity_id}`;
  });
  const refused = await upload(app, buildZip(toParts(foreign)), confirmed);
  t.match(refused, { status: 422, body: { error: { code: 'invalid_arguments' } } });
  t.match(refused.body.error.message, /covers none of 4 entries, so search would find nothing/);
  const { staged_id } = refused.body.error.details;
  const { status, body } = await app.json('/api/v1/operations/snapshot', {
    ...confirmed,
    args: { staged_id, allow_uncovered: true },
  });
  t.equal(status, 202);
  t.match(await app.whenJob(body.number), { status: 'succeeded' });
});
