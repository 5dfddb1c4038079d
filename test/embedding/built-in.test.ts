import t from 'tap';
import { builtIn } from '../../src/embedding/built-in.ts';

const embed = async (text: string) => (await builtIn.embed([text]))[0] as Float32Array;
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const likeness = async (a: string, b: string) => cosine(await embed(a), await embed(b));

t.test('a vector has 384 numbers and length 1, whatever the text', async (t) => {
  for (const text of [
    'Rotate the log files',
    'x',
    '',
    ' \n ',
    '???',
    '日本語のテキスト',
    '🙂🙂',
    'a'.repeat(100_000),
  ]) {
    const vector = await embed(text);
    t.equal(vector.length, 384);
    t.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5, JSON.stringify(text.slice(0, 20)));
  }
});

t.test('the numbers of one known text never change: old and new vectors must stay comparable', async (t) => {
  const vector = await embed('Create a gzipped archive\ntar czf target.tar.gz file');
  const large = [...vector.entries()].filter(([, value]) => Math.abs(value) > 0.17);
  t.same(
    large.map(([index, value]) => [index, value.toFixed(4)]),
    [
      [10, '-0.1758'],
      [23, '0.1758'],
      [83, '0.1758'],
      [135, '-0.2009'],
      [161, '-0.3151'],
      [270, '-0.2009'],
      [346, '-0.1758'],
    ],
  );
});

t.test('vectors come in the order of their texts, and texts do not influence each other', async (t) => {
  const [first, second, again] = await builtIn.embed(['one text', 'another text', 'one text']);
  t.same(first, again);
  t.notSame(first, second);
});

t.test('a text is most similar to one that shares its words', async (t) => {
  const query = 'create a gzipped archive';
  const near = await likeness(query, 'Create a gzipped archive from files\ntar czf target.tar.gz');
  const far = await likeness(query, 'List the running containers\ndocker ps');
  t.ok(near > 0.5, String(near));
  t.ok(far < 0.2, String(far));
});

t.test('case, composed accents and English endings make little difference', async (t) => {
  t.equal((await likeness('COMPRESS FILES', 'compress files')).toFixed(5), '1.00000');
  t.equal((await likeness('cafe\u0301', 'caf\u00e9')).toFixed(5), '1.00000');
  const endings = await likeness('compressing archives', 'compressed archive');
  t.ok(endings > 0.6, String(endings));
});

t.test('a misspelt word is still found by its letters', async (t) => {
  const misspelt = await likeness('compres directry', 'compress directory');
  const other = await likeness('compres directry', 'resize image');
  t.ok(misspelt > other + 0.3, `${misspelt} ${other}`);
});

t.test('letters marked as mnemonics belong to their word', async (t) => {
  const marked = '[c]reate a g[z]ipped [f]ile with e[x]tra lis[t]';
  t.same(await embed(marked), await embed('create a gzipped file with extra list'));
  t.notSame(await embed('option [-a|--all]'), await embed('option -a|--all all'));
});

t.test('a word in the title counts more than one in the rest', async (t) => {
  const inTitle = await likeness('backup', 'backup\nmove the files somewhere else');
  const inRest = await likeness('backup', 'move\nthe files somewhere else backup');
  t.ok(inTitle > inRest + 0.1, `${inTitle} ${inRest}`);
});

t.test('stop words hardly count', async (t) => {
  const stopWords = await likeness('how to do it with the', 'how do I use this with that');
  const withStopWords = await likeness('compress the file', 'compress file');
  t.ok(withStopWords > 0.95, String(withStopWords));
  t.ok(stopWords < 1);
});
