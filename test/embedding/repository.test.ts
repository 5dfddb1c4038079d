// The embedding of an entry, and whether it is current.
import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { embedSelection } from '../../src/embedding/embed.ts';
import { runPatience } from '../../src/embedding/outage-wait.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import type { Selection } from '../../src/embedding/queue.ts';
import {
  createEmbeddingRepository,
  currentVector,
  type EmbeddingRepository,
  type EntryRow,
  prepareQueueCounts,
} from '../../src/embedding/repository.ts';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';

function open(t: Test) {
  const { library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  const repository = createEmbeddingRepository(library);
  const embed = (selection: Selection = {}, model: Embedder = builtIn) =>
    embedSelection({
      queue: createSqliteQueue(library),
      model,
      claimant: 'test',
      leaseMs: 60_000,
      repository,
      selection,
      full: false,
      batchMax: 512,
      patience: runPatience,
      report() {},
      onProgress: () => {},
    });
  return { library, repository, embed };
}

const rows = (repository: EmbeddingRepository, selection: Selection = {}): EntryRow[] =>
  [...repository.entryPages(selection, 2)].flat();

const one = (repository: EmbeddingRepository, id: string) => rows(repository, { entry: id })[0] as EntryRow;

t.test('pages hold every entry of the selection once, of both kinds', (t) => {
  const { library, repository } = open(t);
  addCategory(library, 'OPS');
  for (const id of ['E3', 'E1', 'E5', 'E4']) addExperience(library, id);
  addExperience(library, 'E2', { category_code: 'OPS' });
  addManual(library, 'M1');
  const ids = (selection: Selection) => rows(repository, selection).map(({ kind, id }) => `${kind} ${id}`);
  t.same(ids({}), [...['E1', 'E2', 'E3', 'E4', 'E5'].map((id) => `experience ${id}`), 'manual M1']);
  t.same(ids({ category: 'OPS' }), ['experience E2']);
  t.same(ids({ entry: 'M1' }), ['manual M1']);
  t.equal(repository.countEntries(), 6);
  t.equal(repository.countEntries({ category: 'GEN', entry: 'E2' }), 0);
  t.ok(repository.hasCategory('OPS'));
  t.notOk(repository.hasCategory('NOP'));
  t.end();
});

t.test('an embedded entry has a current embedding', async (t) => {
  const { library, repository, embed } = open(t);
  addExperience(library, 'E1', { embedding_status: 'failed' });
  t.notOk(currentVector(one(repository, 'E1'), builtIn), 'before');
  t.same(await embed(), { embedded: 1, failed: 0 });
  const entry = one(repository, 'E1');
  t.equal(entry.embedding_status, 'embedded');
  t.equal(entry.vector?.length, 384 * 4);
  t.ok(currentVector(entry, builtIn));
  t.same(library.prepare('SELECT model_name, model_version, embedding_dimension FROM embeddings').all(), [
    { model_name: 'chl/built-in-384', model_version: '1', embedding_dimension: 384 },
  ]);
});

t.test('an embedding of another text, model or status is not current', async (t) => {
  const { library, repository, embed } = open(t);
  const changes = {
    'the text changed': `UPDATE experiences SET playbook = 'other'`,
    'the status says pending': `UPDATE experiences SET embedding_status = 'pending'`,
    'it is of another model': `UPDATE embeddings SET model_name = 'other'`,
    'it is of another text': `UPDATE embeddings SET content_hash = 'other'`,
    'its bytes are too few': `UPDATE embeddings SET embedding_data = x'00000000'`,
    'its bytes are no numbers': `UPDATE embeddings SET embedding_data = zeroblob(1536)`,
    'there is none': 'DELETE FROM embeddings',
  };
  addExperience(library, 'E1');
  for (const [title, change] of Object.entries(changes)) {
    t.match(await embed(), { failed: 0 });
    t.ok(currentVector(one(repository, 'E1'), builtIn));
    library.exec(change);
    t.notOk(currentVector(one(repository, 'E1'), builtIn), title);
    library.exec(`UPDATE embeddings SET created_at = '2020'`);
  }
});

t.test('an embedding without a hash is current as long as the status is embedded', async (t) => {
  const { library, repository, embed } = open(t);
  addExperience(library, 'E1');
  await embed();
  library.exec(`UPDATE embeddings SET content_hash = NULL`);
  t.ok(currentVector(one(repository, 'E1'), builtIn));
  t.same(await embed(), { embedded: 0, failed: 0 });
});

t.test('of several embeddings the newest counts', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1');
  const insert = library.prepare(
    `INSERT INTO embeddings VALUES ('E1', 'experience', ?, '1', 1, x'00000000', ?, NULL)`,
  );
  insert.run('first', '2026-02-02T00:00:00.000Z');
  insert.run('older', '2026-02-01T00:00:00.000Z');
  t.equal(one(repository, 'E1').model_name, 'first');
  insert.run('newer', '2026-02-03T00:00:00.000Z');
  t.equal(one(repository, 'E1').model_name, 'newer');
});

t.test('embedding an entry does not change the revision of the library', async (t) => {
  const { library, embed } = open(t);
  addExperience(library, 'E1');
  const revision = () => library.prepare('SELECT revision FROM ops_library_state').pluck().get();
  const before = revision();
  await embed();
  t.equal(revision(), before);
});

t.test('the queue is counted by kind and state', (t) => {
  const { library } = open(t);
  addExperience(library, 'E1');
  addExperience(library, 'E2', { embedding_status: 'failed' });
  addExperience(library, 'E3', { embedding_status: 'embedded' });
  addManual(library, 'M1');
  t.same(prepareQueueCounts(library)(), {
    pending: { experiences: 1, manuals: 1, total: 2 },
    failed: { experiences: 1, manuals: 0, total: 1 },
  });
  t.end();
});
