import t from 'tap';
import { shorten, shortenAll } from '../../src/core/shorten.ts';

t.test('a text up to the limit is unchanged; a longer one is cut and gives its length', async (t) => {
  t.equal(shorten('abc', 3), 'abc');
  t.equal(shorten('abcd', 3), 'abc… (4 characters)');
  t.equal(shorten('x'.repeat(300_000)).length, '… (300,000 characters)'.length + 500);
  t.equal(shorten('a😀b', 2), 'a… (4 characters)', 'no half of a character');
});

t.test('texts and names of a JSON value are cut wherever they are', async (t) => {
  const value = { a: 'xxxx', b: [1, null, true, { c: 'yyyy' }], dddd: 'z' };
  t.same(shortenAll(value, 3), {
    a: 'xxx… (4 characters)',
    b: [1, null, true, { c: 'yyy… (4 characters)' }],
    'ddd… (4 characters)': 'z',
  });
});
