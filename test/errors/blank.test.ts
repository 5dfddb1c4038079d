// The first lines of real errors: of Node, SQLite, scripts, services and this project.
import t from 'tap';
import { blank, foldPlurals } from '../../src/errors/blank.ts';

/** Pairs that tell of the same trouble. */
const alike: [string, string][] = [
  ['connect ECONNREFUSED 127.0.0.1:8001', 'connect ECONNREFUSED 127.0.0.1:40123'],
  ['connect ECONNREFUSED ::1:8001', 'connect ECONNREFUSED 10.0.0.7:8001'],
  ['connect ECONNREFUSED ::ffff:127.0.0.1:80', 'connect ECONNREFUSED fe80::1:443'],
  ['connect ETIMEDOUT [2001:db8::1]:443', 'connect ETIMEDOUT 192.168.1.9:443'],
  ['getaddrinfo ENOTFOUND embed.example.org', 'getaddrinfo ENOTFOUND other'],
  ['getaddrinfo EAI_AGAIN embed', 'getaddrinfo EAI_AGAIN embed.internal:8001'],
  [
    'listen EADDRINUSE: address already in use 127.0.0.1:8000',
    'listen EADDRINUSE: address already in use :::8123',
  ],
  [
    "ENOENT: no such file or directory, open '/data/a/x.csv'",
    "ENOENT: no such file or directory, open '/tmp/it’s here/b'",
  ],
  ["EACCES: permission denied, mkdir '/data/a'", "EACCES: permission denied, mkdir '~/chl'"],
  [
    "EEXIST: file already exists, rename '/a/b' -> '/a/c'",
    "EEXIST: file already exists, rename '/x' -> '/a b/c d'",
  ],
  [
    `Unexpected token 'a', "abc" is not valid JSON`,
    `Unexpected token '<', "<!doctype "... is not valid JSON`,
  ],
  ['Unexpected token < in JSON at position 0', 'Unexpected token h in JSON at position 112'],
  [
    `Expected ',' or '}' after property value in JSON at position 17 (line 1 column 18)`,
    `Expected ',' or '}' after property value in JSON at position 904 (line 30 column 2)`,
  ],
  ['Unexpected end of JSON input', 'Unexpected end of JSON input'],
  [
    `Cannot read properties of undefined (reading 'title')`,
    `Cannot read properties of undefined (reading 'id')`,
  ],
  ['UNIQUE constraint failed: embeddings.id', 'UNIQUE constraint failed: embeddings.id'],
  ['The service did not answer within 30 s', 'The service did not answer within 1.5 min'],
  [
    'Stopped at its time limit of 600 s (CHL_TIME_LIMIT_SEC).',
    'Stopped at its time limit of 60 s (CHL_TIME_LIMIT_SEC).',
  ],
  ['the request took 1,204 ms', 'the request took 3.1 s'],
  ['3 hosts did not answer (exit code 3)', '1 host did not answer (exit code 3)'],
  ['2 entries could not be read', '1 entry could not be read'],
  ['EXP-SQL-0003: the title is empty', 'MAN-NET-41: the title is empty'],
  ['Entries EXP-A-1, EXP-A-2 and EXP-B-12 have no text', 'Entries EXP-A-7 and EXP-C-9 have no text'],
  ['job 0198c1de-4c1b-7b7e-9f3a-1f0c4f4ab111 is lost', 'job 7f0c4f4a-0000-4b7e-9f3a-aaaaaaaaaaaa is lost'],
  ['No snapshot 9f86d081884c7d65', 'No snapshot 0a4d55a8d778e502'],
  ['segfault at 0x7ffd12ab', 'segfault at 0xdeadbeef'],
  ['Request 1f0c4f4a failed', 'Request 0198c1de failed'],
  [
    'The embedding service at http://127.0.0.1:8001/v1/embeddings answered HTTP 500 ("out of memory")',
    'The embedding service at https://embed.example.org/api answered HTTP 500 ("cuda error 3")',
  ],
  ['Cannot fetch https://a.example/x?y=1, tried 3 times', 'Cannot fetch http://b.example:81/, tried 5 times'],
  ["KeyError: 'EXP-SQL-0003'", 'KeyError: "title"'],
  [
    "FileNotFoundError: [Errno 2] No such file or directory: '/tmp/a.csv'",
    "FileNotFoundError: [Errno 2] No such file or directory: 'b.csv'",
  ],
  [
    'ValueError: invalid literal for int() with base 10: ‘x’',
    'ValueError: invalid literal for int() with base 10: ‘it’s’',
  ],
  ['找不到文件「目录/一.csv」第 3 行', '找不到文件「b」第 14 行'],
  ['列『名前』は空です：12', '列『本文』は空です：7'],
  ['시트 《하나》의 5번째 줄', '시트 《둘》의 12번째 줄'],
  ['Datei „a.csv“ fehlt', 'Datei „b c.csv“ fehlt'],
  ['fichier « a » introuvable', 'fichier « b » introuvable'],
  ['ada@example.org may not read sheet 1AbC', 'bob.b@mail.example.org may not read sheet 1AbC'],
  ['Cannot read /data/chl/sheets/a.csv.', 'Cannot read ~/chl/sheets/b/c.csv.'],
  ['sheets/draft/manuals.csv has no header', 'sheets/published/x/experiences.csv has no header'],
  ['At 2026-11-28T14:02:11.120Z the lease ended', 'At 2026-11-29T01:00:00.000Z the lease ended'],
  ['C:\\Users\\ada\\a.csv is open elsewhere', 'D:\\b.csv is open elsewhere'],
  ['12% of 3.1 GiB are free', '9% of 512 MiB are free'],
  [`a quotation that "was cut in the`, `a quotation that "was cut elsewhere`],
  ['worker-3 hung', 'worker-12 hung'],
  ['sheets/team has no header', 'sheets/all has no header'],
  ['cannot read data/x.csv', 'cannot read data/2026/y.csv'],
  ['cannot read data/x', 'cannot read src/lib/y/'],
  ['team_a/draft is empty', 'team_b/published2 is empty'],
  ['one/two/three is no sheet', 'four/five/six is no sheet'],
  ['./sheets/team is empty', '../sheets/all/ is empty'],
  ['sheets/team, sheets/all are empty', 'sheets/team, sheets/b and data/c are empty'],
  ['3 rows have no id', '1 rows have no id'],
  ['2 rows have no id', '1 row has no id'],
  ['3 hosts are down, 2 were lost', '1 host is down, 1 was lost'],
  ['2 hosts do not answer', '1 host does not answer'],
  ['connect ECONNREFUSED fe80::1%eth0:80', 'connect ECONNREFUSED [fe80::2%en1]:443'],
  ['the card 00:1a:2b:3c:4d:5e is gone', 'the card AA-BB-CC-0D-0E-0F is gone'],
  ['D:\\data\\two words\\y.csv is open elsewhere', 'C:/Users/ada/x.csv is open elsewhere'],
  ['cannot open \\\\server\\share\\x.csv', 'cannot open C:\\x.csv'],
  ['it took 1m30s', 'it took 1h 5m'],
  ['it took 12 μs', 'it took 2 weeks'],
  ['at 2026-11-30T10:00:00+01:00 it broke', 'at 2026-11-29 07:12 it broke'],
  ['at Mon Nov 30 2026 10:00:00 GMT+0100 it broke', 'at Tue, 01 Dec 2026 10:00:00 GMT it broke'],
  ['until 30 November 2026', 'until Dec 1, 2027'],
  ['the value -1.5e-7 is too small', 'the value 3e10 is too small'],
  ['version v1.2.3 is too old', 'version v10.2.3-rc.1 is too old'],
  ['no user_12345', 'no user_678'],
  ['no session V1StGXR8_Z5jdHi6B-myT', 'no session Uakgb_J5m9g-0JDMbcJqL'],
  [
    'bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_x',
    'bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyIn0.d',
  ],
];

/** Pairs that must never be one group. */
const different: [string, string][] = [
  ['connect ECONNREFUSED 127.0.0.1:8001', 'connect ETIMEDOUT 127.0.0.1:8001'],
  ['the service answered HTTP 500', 'the service answered HTTP 404'],
  ['HTTP/1.1 502 from the proxy', 'HTTP/1.1 503 from the proxy'],
  ['Request failed with status code 404', 'Request failed with status code 500'],
  ['The script ended with exit code 3.', 'The script ended with exit code 4.'],
  ['exit status -1', 'exit status -9'],
  ['[Errno 2] cannot open', '[Errno 13] cannot open'],
  ['failed with statusCode=404', 'failed with statusCode=500'],
  ['ERR_HTTP_404', 'ERR_HTTP_500'],
  ['loadExperiencesOfSheet2 is not a function', 'saveExperiencesOfSheet2 is not a function'],
  ['copy C:\\a to the sheet', 'copy C:\\a to the index'],
  ['ctx.jobs.find is not a function', 'ctx.jobs.list is not a function'],
  ['UNIQUE constraint failed: embeddings.id', 'NOT NULL constraint failed: embeddings.id'],
  ['no such table: job', 'no such table: audit'],
  ['no such column: title', 'no such table: title'],
  ["ENOENT: no such file or directory, open '/a'", "ENOENT: no such file or directory, stat '/a'"],
  ["can't open '/a'", "won't open '/a'"],
  ['database disk image is malformed', 'database or disk is full'],
  ['列『名前』は空です', '列『名前』は長すぎます'],
  ['the value is no date', 'the value is no number'],
  ['read ECONNRESET', 'write ECONNRESET'],
  ['std::bad_alloc', 'std::bad_cast'],
  ['the type is application/json', 'the type is text/html'],
  ['no permission to read/write', 'no permission to read/execute'],
  ['over TCP/IP', 'over UDP/IP'],
];

/** Slashes that make no path. */
const kept = [
  'this and/or that',
  'read/write error',
  'text/html',
  'N/A',
  'over TCP/IP',
  'too fast in km/h',
  'too few jobs/s',
];

const compared = (message: string) => foldPlurals(blank(message));

t.test('messages that differ in what varies are the same', (t) => {
  for (const [one, other] of alike)
    t.equal(compared(one), compared(other), `${one} = ${other}: ${blank(one)}`);
  t.end();
});

t.test('messages of other troubles differ', (t) => {
  for (const [one, other] of different)
    t.not(compared(one), compared(other), `${one} ≠ ${other}: ${blank(one)}`);
  t.end();
});

t.test('alternatives, units, types and protocols are no paths', (t) => {
  for (const message of kept) t.equal(blank(message), message);
  t.equal(blank('1/2 of 10 km/h'), '# of # km/h');
  t.end();
});

t.test('words stay whole', (t) => {
  t.equal(blank('row 12 has no id at 7'), 'row # has no id at #');
  t.equal(blank('3 hosts did not answer'), '# hosts did not answer');
  t.equal(blank('row 3 was read 2 times'), 'row # was read # times');
  t.end();
});

t.test('only the first line counts, and it is short', (t) => {
  t.equal(blank('\n  first\nsecond 12'), 'first');
  t.ok(blank(`word ${'x y '.repeat(10_000)}`).length <= 200);
  t.equal(blank(`the text "${'x'.repeat(5000)}" is long`), 'the text #');
  t.equal(blank(''), '');
  t.end();
});

t.test('a hostile message takes no time', (t) => {
  const hostile = [
    '‘',
    '‘a',
    'a.',
    '/a',
    'a/',
    ':',
    '0:',
    '1.',
    "'",
    '"',
    '"\\',
    'a-',
    '# ',
    'EXP-',
    '1,',
    'host ',
    'a@',
    '「',
  ];
  const startedAt = performance.now();
  for (const part of hostile) blank(part.repeat(100_000));
  t.ok(performance.now() - startedAt < 500, `${performance.now() - startedAt} ms`);
  t.end();
});
