import fs from 'node:fs';
import t from 'tap';
import { makeFolder } from '../support/folder.ts';
import { TextStore } from '../../src/csv/text-store.ts';

t.test('texts are the same, in memory or not, and leave no file', async (t) => {
  const folder = makeFolder(t);
  const texts = Array.from({ length: 3000 }, (_, number) => {
    const text = ['', 'plain', 'ü → 合并 😀', 'a\0b', 'long '.repeat(number % 7 === 0 ? 5000 : 1)];
    return `${number}${text[number % text.length]}`;
  });
  for (const inMemory of [100_000, 64 * 1024 * 1024]) {
    const store = new TextStore(folder, inMemory);
    for (const [number, text] of texts.entries()) {
      store.add(text);
      if (number % 10 === 0) t.equal(store.at(number >> 1), texts[number >> 1]);
    }
    t.strictSame(
      texts.map((_, number) => store.at(number)),
      texts,
    );
    const backwards = texts.map((_, number) => store.at(texts.length - 1 - number));
    t.strictSame(backwards.toReversed(), texts);
  }
  t.strictSame(fs.readdirSync(folder), []);
});
