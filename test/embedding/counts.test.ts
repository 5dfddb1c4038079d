import t from 'tap';
import { createLibraryCounts } from '../../src/embedding/counts.ts';
import { addCategory, addExperience, addManual, createLibrary } from '../support/entries.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { makeFolder } from '../support/folder.ts';

t.test('counts follow the commits of other connections, and are taken once per commit', async (t) => {
  const { config, library } = createLibrary(makeFolder(t));
  const reader = openDatabase(config.databasePath, { busyMs: 100 });
  t.teardown(() => {
    reader.close();
    library.close();
  });
  const counts = createLibraryCounts(reader);
  t.match(counts.totals(), { categories: 1, entries: 0, list: [{ code: 'GEN' }] });
  t.equal(counts.queue(), counts.queue(), 'nothing is counted again without a commit');

  addCategory(library, 'OPS');
  addExperience(library, 'E1');
  addExperience(library, 'E2', { embedding_status: 'failed' });
  addManual(library, 'M1', { embedding_status: 'embedded' });
  t.match(counts.totals(), { categories: 2, experiences: 2, manuals: 1, entries: 3 });
  t.same(counts.queue(), {
    pending: { experiences: 1, manuals: 0, total: 1 },
    failed: { experiences: 1, manuals: 0, total: 1 },
  });
});

t.test('counts follow what their own connection writes', async (t) => {
  const { library } = createLibrary(makeFolder(t));
  t.teardown(() => library.close());
  addExperience(library, 'E1', { embedding_status: 'embedded' });
  const counts = createLibraryCounts(library);
  t.match(counts.queue(), { pending: { total: 0 } });
  library.exec(`UPDATE experiences SET embedding_status = 'pending'`);
  t.match(counts.queue(), { pending: { experiences: 1, total: 1 } });
  addManual(library, 'M1');
  t.match(counts.totals(), { entries: 2 });
  t.equal(counts.queue(), counts.queue(), 'nothing is counted again without a write');
});
