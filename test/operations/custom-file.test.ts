import t from 'tap';
import { checkArguments } from '../../src/core/check-arguments.ts';
import { reservedNames } from '../../src/declared-operations.ts';
import { readCustomOperations } from '../../src/operations/custom-file.ts';

const read = (text: string) => readCustomOperations(text, '/data/operations.yaml', reservedNames);

/** The diagnostics of one entry, `line:column message`; the entry begins in line 2 of the file. */
function faultsOf(entry: string): string[] {
  const indented = entry.trim().replaceAll('\n', '\n    ');
  return read(`operations:\n  - ${indented}\n`).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
}

const minimal = 'name: report\ntitle: Report\nsummary: Counts.\ncommand: [./report.sh]';

t.test('an entry with all fields becomes an operation', async (t) => {
  const { operations, problems } = read(`operations:
  - name: nightly-report
    title: Nightly report
    summary: Counts what changed since yesterday.
    command: [./report.sh, --fast]
    args: { since: { type: string, format: date, title: Since }, page_size: { type: number, minimum: 0.5 } }
    locks: { shared: [library], exclusive: ['reports:nightly'] }
    timeout_sec: 600
    soft_limit_sec: 60
    retries: { max_attempts: 3, delay_sec: 60, backoff: 2 }
    on_restart: requeue
    danger: destructive
    env: [REPORT_TOKEN_FILE]
`);
  t.same(problems, []);
  const [operation] = operations ?? [];
  t.match(operation, {
    name: 'nightly-report',
    script: { command: ['/data/report.sh', '--fast'], env: ['REPORT_TOKEN_FILE'] },
    confirmWord: 'nightly-report',
    hardLimitMs: 600_000,
    softLimitMs: 60_000,
    retries: { maxAttempts: 3, delayMs: 60_000, backoff: 2 },
    onRestart: 'requeue',
  });
  t.same(operation?.locks({}), [
    { name: 'library', mode: 'shared' },
    { name: 'reports:nightly', mode: 'exclusive' },
  ]);
  t.equal(operation?.danger({}), 'destructive');
  t.equal(operation?.args.properties.page_size?.title, 'Page size', 'a title is made of the name');
  t.equal(operation?.subject({ since: '2026-01-01', page_size: 2 }), 'since 2026-01-01, page size 2');
  t.equal(operation?.outcome({ added: 1234, took: 'long' }), '1,234 added.');
  t.equal(operation?.outcome({ message: 'All is well.' }), 'All is well.');
});

t.test('four fields are enough', async (t) => {
  const [operation] = read(`operations:\n  - ${minimal.replaceAll('\n', '\n    ')}`).operations ?? [];
  t.match(operation, {
    hardLimitMs: null,
    confirmWord: null,
    onRestart: 'fail',
    retries: { maxAttempts: 1 },
    args: { properties: {} },
  });
  t.same(operation?.locks({}), []);
  t.equal(operation?.danger({}), 'safe');
  t.equal(operation?.subject({}), '');
  t.equal(operation?.outcome({}), 'Done.');
});

t.test('only a command that begins with ./ or ../ is relative to the folder of the file', async (t) => {
  for (const [given, meant] of [
    ['../bin/x', '/bin/x'],
    ['/opt/x', '/opt/x'],
    ['python3', 'python3'],
  ]) {
    const text = minimal.replace('./report.sh', given ?? '').replaceAll('\n', '\n    ');
    t.match(read(`operations:\n  - ${text}`).operations?.[0]?.script, { command: [meant] });
  }
});

t.test('each fault is reported with its position, the allowed values and the next step', async (t) => {
  const name = 'lowercase letters, digits and single dashes, e.g. nightly-report, at most 40 characters';
  const expected: [string, string][] = [
    [
      minimal.replace('name: report', 'name: My Report'),
      `2:11 name is "My Report"; allowed: ${name}. Fix it.`,
    ],
    [minimal.replace('\ntitle: Report', ''), '2:5 title is missing. Add it.'],
    [
      `${minimal}\ntimeout_sec: 0`,
      '6:18 timeout_sec is 0; allowed: a whole number of seconds from 1 to 604800. Fix it.',
    ],
    [`${minimal}\ntimout_sec: 5`, '6:5 timout_sec is not known; known: name, title, '],
    [
      `${minimal}\nretries: { delay: 3 }`,
      '6:16 retries.delay is not known; known: max_attempts, delay_sec, backoff. ',
    ],
    [`${minimal}\ndanger: high`, '6:13 danger is "high"; allowed: safe, costly, destructive. Fix it.'],
    [`${minimal}\nenv: [CHL_ACCESS_TOKEN]`, '6:11 env.0 is "CHL_ACCESS_TOKEN"; allowed: names of variables'],
    [
      minimal.replace('[./report.sh]', './report.sh --fast'),
      '5:14 command is "./report.sh --fast"; allowed: a list: ',
    ],
    [
      `${minimal}\nargs: { a: { type: text } }`,
      '6:24 args.a.type is "text"; allowed: string, integer, number, boolean.',
    ],
    [
      `${minimal}\nargs: { a: { type: integer, minimun: 1 } }`,
      '6:33 args.a.minimun is not known; known: type, ',
    ],
    [
      `${minimal}\nargs: { a: { type: integer, minLength: 1 } }`,
      '6:16 args.a: minLength is for type string. Change',
    ],
    [
      `${minimal}\nargs: { a: { type: string, format: date, default: soon } }`,
      '6:16 args.a: its default must be a day',
    ],
    [
      `${minimal}\nargs: { a: { type: string, enum: [x], labels: [] } }`,
      '6:16 args.a: labels needs one text for each',
    ],
    [
      `${minimal}\nargs: { reason: { type: string } }`,
      '6:13 args.reason: this name is not allowed; allowed: ',
    ],
    [`${minimal}\nargs: { __proto__: { type: string } }`, '6:13 args.__proto__: this name is not allowed; '],
    [
      `${minimal}\nlocks: { shared: [a], exclusive: [a] }`,
      '6:12 locks: a is both shared and exclusive. Keep one',
    ],
    [
      `${minimal}\ntimeout_sec: 5\nsoft_limit_sec: 6`,
      '7:21 soft_limit_sec is above timeout_sec. Lower or remove it',
    ],
    [
      minimal.replace('name: report', 'name: import'),
      '2:11 The name import is reserved. Choose another one.',
    ],
    [`${minimal}\ntitle: Again`, '6:5 Map keys must be unique. Keep one of them.'],
    ['just text', '2:5 The entry is "just text"; allowed: fields: name, '],
  ];
  for (const [entry, message] of expected) {
    const faults = faultsOf(entry);
    t.equal(faults.length, 1, `${message}: once`);
    t.ok(faults[0]?.startsWith(message), `${faults[0]} | ${message}`);
  }
});

t.test('an invalid entry is left out, and the others are read', async (t) => {
  const entry = (name: string) => `  - { name: ${name}, title: T, summary: S, command: [x] }\n`;
  const { operations, problems } = read(
    `operations:\n${entry('one')}${entry('two!')}${entry('three')}${entry('one')}`,
  );
  t.same(
    operations?.map(({ name }) => name),
    ['one', 'three'],
  );
  t.match(problems, [
    { entry: 'two!', entryLine: 3, line: 3 },
    { entry: 'one', entryLine: 5, message: 'The name one is already used. Choose another one.' },
  ]);
});

t.test('an unreadable file gives its fault and no operations', async (t) => {
  const expected: [string, string][] = [
    ['operations:\n  - name: a\n   b: [', '3:1 Invalid YAML: '],
    ['operations: []\n---\noperations: []', '2:1 Invalid YAML: a second document begins'],
    ['operations:\n  - name: !secret a', '2:11 Invalid YAML: Unresolved tag: !secret. Fix it.'],
    ['ops: []', '1:1 ops is not known here. Write one key, operations, with a list of entries.'],
    ['operations: []\noperations: []', '2:1 Invalid YAML: Map keys must be unique. Fix it.'],
    ['- name: a', '1:1 The file is not a mapping. Write one key'],
    ['operations: all', '1:13 operations is not a list. Write one key'],
  ];
  for (const [text, message] of expected) {
    const { operations, problems } = read(text);
    t.equal(operations, null, text);
    t.equal(problems.length, 1, text);
    t.ok(`${problems[0]?.line}:${problems[0]?.column} ${problems[0]?.message}`.startsWith(message), message);
  }
  for (const empty of ['', '# nothing yet\n', 'operations:', 'operations: []'])
    t.same(read(empty), { operations: [], problems: [] }, JSON.stringify(empty));
});

t.test('nested aliases are not expanded without limit', async (t) => {
  const bomb = Array.from({ length: 12 }, (_, at) => `x${at + 1}: &x${at + 1} [${Array(9).fill(`*x${at}`)}]`);
  const { problems } = read(`operations:\n  - { x0: &x0 [a], ${bomb.join(', ')} }`);
  t.match(problems, [{ message: /^The entry is null/ }]);
});

t.test('the values of arguments are validated like those of built-in operations', async (t) => {
  const text = `${minimal}\nargs: { since: { type: string, format: date }, share: { type: number, minimum: 0, maximum: 1 } }`;
  const [operation] = read(`operations:\n  - ${text.replaceAll('\n', '\n    ')}`).operations ?? [];
  if (!operation) throw new Error('it is not there');
  const refusal = (args: Record<string, unknown>) => {
    try {
      checkArguments(operation.args, args);
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };
  t.equal(refusal({ since: '2024-02-29', share: 0.5 }), null);
  t.equal(refusal({ since: '2026-02-29' }), 'Since: must be a day such as 2026-01-31.');
  t.equal(refusal({ since: 'yesterday' }), 'Since: must be a day such as 2026-01-31.');
  t.equal(refusal({ share: 1.5 }), 'Share: must be a number from 0 to 1.');
  t.equal(refusal({ share: '0.5' }), 'Share: must be a number from 0 to 1.');
});
