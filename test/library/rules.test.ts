import t from 'tap';
import { categoryCode, codePoints, columnsOf, cut, formatSyncStatus } from '../../src/library/rules.ts';

t.test('lengths count code points', async (t) => {
  t.strictSame(['', 'ab', 'é', '😀😀', 'e\u0301'].map(codePoints), [0, 2, 1, 2, 2]);
});

t.test('a cut text never ends in the middle of a character', async (t) => {
  t.equal(cut('short', 5), 'short');
  t.equal(cut('longer', 5), 'longe…');
  t.equal(cut('😀😀😀', 3), '😀😀😀');
  t.equal(cut('😀😀😀😀', 3), '😀😀😀…');
  t.equal(cut('a😀b😀c', 2), 'a😀…');
});

t.test('a category code is three upper-case letters or digits of any script', async (t) => {
  for (const code of ['GIT', 'K8S', '123', 'ÄÖÜ', 'ДОМ']) t.match(code, categoryCode);
  for (const code of ['', 'GI', 'GITS', 'Git', 'G T', 'G-T', 'GIT\n', '日本語'])
    t.notMatch(code, categoryCode);
});

t.test('a stored sync_status has a word, unless another program invented it', async (t) => {
  t.strictSame([0, 1, 2, 7].map(formatSyncStatus), ['synced', 'pending', 'local_only', '7']);
});

t.test('the columns of a kind are those of its table, in the order of the sheet', async (t) => {
  t.strictSame(columnsOf('category'), ['code', 'name', 'description', 'created_at']);
  t.equal(
    columnsOf('manual').join(),
    'id,category_code,title,content,summary,source,sync_status,author,embedding_status,created_at,updated_at,synced_at,exported_at',
  );
});
