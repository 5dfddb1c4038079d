import t from 'tap';
import { makeSnippet, markWords } from '../../src/words/snippet.ts';

const long = (before: number, word: string, after: number) =>
  `${'lorem '.repeat(before)}${word} ${'ipsum '.repeat(after)}`.trim();

t.test('a short text is shown whole, on one line', (t) => {
  t.equal(makeSnippet(' tar czf\n\n  out.tgz ', 'archive'), 'tar czf out.tgz');
  t.end();
});

t.test('a long text is cut around the first word of the query that begins a word', (t) => {
  const snippet = makeSnippet(long(100, 'Gzipped', 100), 'a gzip archive');
  t.match(snippet, /^… lorem .*Gzipped ipsum.* …$/);
  t.ok(snippet.length <= 170, String(snippet.length));
  t.notMatch(makeSnippet(long(100, 'pregzip', 100), 'gzip'), /pregzip/);
  t.end();
});

t.test('without such a word the text is shown from its start', (t) => {
  t.match(makeSnippet(long(3, 'word', 100), 'absent'), /^lorem lorem lorem word .* …$/);
  t.match(makeSnippet(long(100, 'to', 100), 'to'), /^lorem lorem/, 'words of two letters do not count');
  t.end();
});

t.test('a match near the end shows the end', (t) => {
  t.match(makeSnippet(long(100, 'needle', 1), 'needle'), /^… .*needle ipsum$/);
  t.end();
});

t.test('text without spaces is cut, but no character is halved', (t) => {
  for (const shift of ['', 'x']) {
    const snippet = makeSnippet(shift + '🙂'.repeat(200), '?');
    t.equal(Buffer.from(snippet).toString(), snippet);
    t.ok(snippet.length <= 170);
  }
  t.end();
});

t.test('a snippet begins with a whole word or address, and with a whole character', (t) => {
  const address = 'https://example.org/a/very/long/path/to/the/manual/of/needle.html';
  const starts = (text: string, query: string) => makeSnippet(text, query).replace('… ', '').split(' ')[0];
  t.equal(starts(long(60, address, 60), 'needle'), address);
  t.equal(starts(long(60, `${'x'.repeat(45)}-needle`, 60), 'needle'), `${'x'.repeat(45)}-needle`);
  t.match(makeSnippet(`${'กี่'.repeat(100)}ขา${'กี่'.repeat(100)}`, 'ขา'), /^… กี่/);
  t.end();
});

t.test('a query is a text, not a pattern', (t) => {
  t.equal(makeSnippet('a(b [c', '(( [a-'), 'a(b [c');
  t.match(makeSnippet(long(100, 'c++', 100), 'lorem(|*'), /^lorem/);
  t.end();
});

t.test('words that begin with a word of the query become parts of their own, and no text is lost', (t) => {
  const text = 'Gzip it: a gzipped archive, pregzip <b>';
  const parts = markWords(text, 'a GZIP');
  t.same(
    parts.filter((part) => part.isMatch).map((part) => part.text),
    ['Gzip', 'gzipped'],
  );
  t.equal(parts.map((part) => part.text).join(''), text);
  t.same(markWords(text, 'to'), [{ text, isMatch: false }], 'words of two letters do not count');
  t.same(markWords('gzip', '(gzip|'), [{ text: 'gzip', isMatch: true }], 'signs are no pattern');
  t.same(markWords('', 'gzip'), []);
  t.end();
});

const marked = (text: string, query: string) => {
  const parts = markWords(text, query);
  t.equal(parts.map((part) => part.text).join(''), text);
  return parts.filter((part) => part.isMatch).map((part) => part.text);
};

t.test('words are marked and found without regard to accents, case and width', (t) => {
  t.same(marked('Ein Café, ein CAFÉ, ein cafe\u0301', 'cafe'), ['Café', 'CAFÉ', 'cafe\u0301']);
  t.same(marked('the cafe', 'Café'), ['cafe']);
  t.same(marked('Straße und STRASSE', 'strasse'), ['Straße', 'STRASSE']);
  t.same(marked('ＧＩＴ commit', 'git'), ['ＧＩＴ']);
  t.match(makeSnippet(long(100, 'Straßencafé', 100), 'strassencafe'), /^… lorem .*Straßencafé ipsum.* …$/);
  t.match(makeSnippet(long(100, 'ß'.repeat(40), 0) + long(100, ' Café', 100), 'cafe'), /Café/);
  t.end();
});

t.test('characters of scripts without spaces are marked by pairs, a single one alone', (t) => {
  t.same(marked('服务重启之后再合并分支', '合并'), ['合并']);
  t.same(marked('重启了服务', '重启服务'), ['重启', '服务']);
  t.same(marked('之后重启服务', '重启服务'), ['重启服务']);
  t.same(marked('猫と犬', '犬'), ['犬']);
  t.match(makeSnippet('一二三四五六七八九十'.repeat(40) + '重启'.repeat(5), '重启'), /重启重启重启重启重启$/);
  t.end();
});

t.test('codes are marked whole', (t) => {
  t.same(marked('Write C++, not C', 'c++'), ['C++']);
  t.same(marked('unpack a.tar.gz or .tar.gz.', '.tar.gz'), ['tar', '.tar.gz']);
  t.same(marked('use --flag here', '--flag'), ['--flag']);
  t.same(marked('in $PATH and path', '$PATH'), ['$PATH', 'path']);
  t.same(marked('from V1.2.3: on', 'v1.2.3'), ['V1.2.3']);
  t.same(marked('nodejs or node.js', 'nodejs'), ['nodejs', 'node.js']);
  t.match(makeSnippet(long(100, 'C++', 100), 'c++'), /C\+\+ ipsum/);
  t.match(makeSnippet(long(100, 'x/y-z_1@#', 100), 'high-level x/y-z_1@#'), /x\/y-z_1@# ipsum/);
  t.end();
});
