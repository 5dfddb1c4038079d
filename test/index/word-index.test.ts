import path from 'node:path';
import t from 'tap';
import { writeWordIndex } from '../../src/index/word-repository.ts';
import { openWordIndex } from '../../src/index/word-search.ts';
import { makeFolder } from '../support/folder.ts';

t.test('an entry is found by a word', (t) => {
  const file = path.join(makeFolder(t), 'words.db');
  writeWordIndex(file, [
    { row: 0, title: 'Make a café', summary: '', text: '合并分支' },
    { row: 1, title: 'Use C++', summary: 'Straße', text: '' },
  ]);
  const index = openWordIndex(file);
  t.teardown(() => index.close());
  const find = (query: string) => index.search(query, { wanted: 5, isWanted: () => true });
  t.match(find('CAFE'), [{ row: 0, words: ['CAFE'] }]);
  t.match(find('合并'), [{ row: 0 }]);
  t.match(find('strasse c++'), [{ row: 1 }]);
  t.same(find('"*'), []);
  t.end();
});
