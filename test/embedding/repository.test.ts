import t, { type Test } from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';
import { embeddedText } from '../../src/embedding/content.ts';
import { embedSelection } from '../../src/embedding/embed.ts';
import {
  createEmbeddingRepository,
  type EntryRow,
  isCurrent,
  queueCounts,
  type Selection,
} from '../../src/embedding/repository.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';

const now = '2026-02-01T00:00:00.000Z';

function open(t: Test) {
  const { library } = createLibrary(t.testdir());
  t.teardown(() => library.close());
  return { library, repository: createEmbeddingRepository(library) };
}

function rows(
  repository: ReturnType<typeof createEmbeddingRepository>,
  selection: Selection = {},
): EntryRow[] {
  return [...repository.entryPages(selection, 2)].flat();
}

const one = (repository: ReturnType<typeof createEmbeddingRepository>, id: string) =>
  rows(repository, { entry: id })[0] as EntryRow;

async function embedded(entry: EntryRow) {
  const text = embeddedText(entry);
  const [vector] = await builtIn.embed([text]);
  return { entry, text, vector: vector as Float32Array };
}

t.test('pages hold every entry of the selection once, both kinds', (t) => {
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

t.test('a completed entry is embedded, and its embedding is current', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1', { embedding_status: 'failed' });
  t.notOk(isCurrent(one(repository, 'E1'), builtIn), 'before');
  t.equal(repository.complete(builtIn, [await embedded(one(repository, 'E1'))], now), 1);
  const entry = one(repository, 'E1');
  t.equal(entry.embedding_status, 'embedded');
  t.equal(entry.vector?.length, 384 * 4);
  t.ok(isCurrent(entry, builtIn));
  t.same(library.prepare('SELECT model_name, model_version, embedding_dimension FROM embeddings').all(), [
    { model_name: 'chl/built-in-384', model_version: '1', embedding_dimension: 384 },
  ]);
});

t.test('completing again replaces the embedding of the same model only', async (t) => {
  const { library, repository } = open(t);
  addManual(library, 'M1');
  const batch = [await embedded(one(repository, 'M1'))];
  repository.complete({ ...builtIn, name: 'other' }, batch, '2026-01-01T00:00:00.000Z');
  repository.complete(builtIn, batch, now);
  repository.complete(builtIn, batch, now);
  const models = library.prepare('SELECT model_name FROM embeddings ORDER BY model_name').pluck().all();
  t.same(models, ['chl/built-in-384', 'other']);
});

t.test('a late result does not count when the text has changed or the entry is gone', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1');
  addExperience(library, 'E2');
  const batch = [await embedded(one(repository, 'E1')), await embedded(one(repository, 'E2'))];
  library.exec(`UPDATE experiences SET context = 'now with context' WHERE id = 'E1'`);
  library.exec(`DELETE FROM experiences WHERE id = 'E2'`);
  t.equal(repository.complete(builtIn, batch, now), 0);
  t.equal(library.prepare('SELECT count(*) FROM embeddings').pluck().get(), 0);
  t.equal(one(repository, 'E1').embedding_status, 'pending');
});

t.test('an embedding is not current when anything about it is old', async (t) => {
  const { library, repository } = open(t);
  const changes = {
    'the text changed': `UPDATE experiences SET playbook = 'other'`,
    'the status says pending': `UPDATE experiences SET embedding_status = 'pending'`,
    'it is of another model': `UPDATE embeddings SET model_name = 'other'`,
    'its bytes are too few': `UPDATE embeddings SET embedding_data = x'00000000'`,
    'its bytes are no numbers': `UPDATE embeddings SET embedding_data = zeroblob(1536)`,
    'there is none': 'DELETE FROM embeddings',
  };
  addExperience(library, 'E1');
  for (const [title, change] of Object.entries(changes)) {
    library.exec(`UPDATE experiences SET playbook = 'first'`);
    repository.complete(builtIn, [await embedded(one(repository, 'E1'))], now);
    t.ok(isCurrent(one(repository, 'E1'), builtIn));
    library.exec(change);
    t.notOk(isCurrent(one(repository, 'E1'), builtIn), title);
  }
});

t.test('an embedding without a hash is current as long as the status says so', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1');
  repository.complete(builtIn, [await embedded(one(repository, 'E1'))], now);
  library.exec(`UPDATE embeddings SET content_hash = NULL`);
  t.ok(isCurrent(one(repository, 'E1'), builtIn));
});

t.test('of several embeddings the newest counts', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1');
  const batch = [await embedded(one(repository, 'E1'))];
  repository.complete(builtIn, batch, '2026-02-02T00:00:00.000Z');
  repository.complete({ ...builtIn, name: 'older' }, batch, '2026-02-01T00:00:00.000Z');
  t.equal(one(repository, 'E1').model_name, builtIn.name);
  repository.complete({ ...builtIn, name: 'newer' }, batch, '2026-02-03T00:00:00.000Z');
  t.equal(one(repository, 'E1').model_name, 'newer');
});

t.test('embedding writes the status without counting as a change of the library', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1');
  const revision = () => library.prepare('SELECT revision FROM ops_library_state').pluck().get();
  const before = revision();
  repository.complete(builtIn, [await embedded(one(repository, 'E1'))], now);
  t.equal(revision(), before);
});

t.test('a selection is embedded batch by batch, and only what is not current', async (t) => {
  const { library, repository } = open(t);
  for (let i = 0; i < 600; i++) addExperience(library, `E${i}`);
  addManual(library, 'M1');
  const progress: number[][] = [];
  const run = (selection = {}) =>
    embedSelection(repository, builtIn, selection, (...args) => progress.push(args));
  t.equal(await run(), 601);
  t.same(progress.at(-1), [601, 601, 601]);
  t.equal(await run(), 0);
  library.exec(`UPDATE experiences SET title = 'changed' WHERE id IN ('E7', 'E8')`);
  t.equal(await run({ entry: 'E7' }), 1);
  t.equal(await run(), 1);
  t.equal(await run({ full: true }), 601);
  t.ok(rows(repository).every((entry) => isCurrent(entry, builtIn)));
});

t.test('an embedder that gives too little fails the run, and nothing of that batch is written', async (t) => {
  const { library, repository } = open(t);
  addExperience(library, 'E1');
  const silent = { ...builtIn, embed: async () => [] };
  await t.rejects(
    embedSelection(repository, silent, {}, () => {}),
    /gave no numbers for E1/,
  );
  t.equal(library.prepare('SELECT count(*) FROM embeddings').pluck().get(), 0);
});

t.test('the queue is counted by kind and state', (t) => {
  const { library } = open(t);
  addExperience(library, 'E1', { updated_at: '2026-01-05T00:00:00.000Z' });
  addExperience(library, 'E2', { embedding_status: 'failed' });
  addExperience(library, 'E3', { embedding_status: 'embedded' });
  addManual(library, 'M1', { updated_at: '2026-01-04T00:00:00.000Z' });
  t.same(queueCounts(library), {
    pending: { experiences: 1, manuals: 1, total: 2 },
    failed: { experiences: 1, manuals: 0, total: 1 },
  });
  t.end();
});
