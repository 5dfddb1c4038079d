// The steps of a runbook in its text, how long they took, and the runbooks that every installation begins with.
import t from 'tap';
import { checkArguments } from '../../src/core/check-arguments.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { assertValid, tidyFields } from '../../src/documents/document-values.ts';
import { linkArgs } from '../../src/runbooks/run-steps.ts';
import { seededRunbooks } from '../../src/runbooks/seeded-runbooks.ts';
import { timeSteps } from '../../src/runbooks/step-times.ts';
import { readParts, readStep, readSteps } from '../../src/runbooks/steps.ts';

const body = `
Before the steps.

- [ ] Look at **the embedder**
  It is on [Checks](/checks).

  Still the same step.
- [x] [Back up](op:backup?include_index=false&note=a+b) now
\tA tab belongs to it, too.
* [ ] Test \`a search\`

Between them.
- a list without a box
- [ ]
- [ ]nothing behind the box

\`\`\`
- [ ] is an example
\`\`\`
+ [ ] The last one
  1. with a list
  - [ ] and a box below it
`;

t.test('steps are the lines with a box, each with the indented lines below it', async (t) => {
  t.strictSame(
    readSteps(body).map((source) => readStep(source).title),
    ['Look at the embedder', 'Back up now', 'Test a search', 'The last one'],
  );
  const [first, second, , last] = readSteps(body).map(readStep);
  t.strictSame(first, {
    title: 'Look at the embedder',
    text: 'It is on [Checks](/checks).\n\nStill the same step.',
    operation: null,
  });
  t.strictSame(second, {
    title: 'Back up now',
    text: 'A tab belongs to it, too.',
    operation: { name: 'backup', label: 'Back up', fields: { include_index: 'false', note: 'a b' } },
  });
  t.equal(last?.text, '1. with a list\n- [ ] and a box below it');
  t.strictSame(
    readParts(body).map((part) => ('steps' in part ? part.steps.length : 'text')),
    ['text', 3, 'text', 1],
  );
  t.strictSame(readSteps('no step\r\n'), []);
  t.strictSame(readSteps('- [ ] one\r\n  two\r\n'), ['one\ntwo']);
});

t.test('an operation may be named below the first line', async (t) => {
  const step = readStep('Free some space\nThen [check it](op:database?database=ops).');
  t.strictSame(step.operation, { name: 'database', label: 'check it', fields: { database: 'ops' } });
  t.equal(step.text, 'Then **check it**.');
  t.equal(readStep('[An address](/checks)').operation, null);
});

t.test('a long line without an end is read like any other', async (t) => {
  for (const piece of ['[', '[[', '[a](', '[a](op:', '[a](op:b ', '`', '*', '**a', '`a`*'])
    t.equal(
      readSteps(`- [ ] ${piece.repeat(65_536 / piece.length)}\n- [ ] b`).map(readStep).length,
      2,
      piece,
    );
  const long = `[${'a'.repeat(201)}](op:backup)`;
  t.match(readStep(long), { title: long, operation: null }, 'no label is that long');
  t.equal(readStep('[a [b](op:backup)').operation?.label, 'b');
});

t.test('the time of a step counts from the end of the one that was ended before it', async (t) => {
  const at = (minute: number) => `2026-11-28T12:${String(minute).padStart(2, '0')}:00.000Z`;
  const times = timeSteps(at(47), [
    { n: 1, at: at(48), state: 'done' },
    { n: 2, at: at(58), state: 'done' },
    { n: 3, at: at(50), state: 'skipped' },
    { n: 4, at: null, state: 'open' },
  ]);
  t.strictSame(
    [...times],
    [
      [1, 60],
      [3, 120],
      [2, 480],
    ],
  );
});

t.test('the first runbooks are valid, and their operations exist with these arguments', async (t) => {
  t.strictSame(
    seededRunbooks.map(({ slug }) => slug),
    ['queue-stands-still', 'index-broken', 'import-went-wrong', 'disk-full', 'restore', 'bigger-box'],
  );
  const used = new Set<string>();
  for (const { kind, slug, fields } of seededRunbooks) {
    assertValid({ kind, slug }, tidyFields(fields));
    t.equal(fields.review_days, 180);
    t.ok(fields.prerequisites && fields.rollback, `${slug} says what it needs, and the way back`);
    const steps = readSteps(fields.body).map(readStep);
    t.ok(steps.length >= 5, slug);
    for (const { title, operation: link } of steps) {
      t.ok(title.length <= 60, title);
      if (!link) continue;
      const operation = declaredOperations.find(({ name }) => name === link.name);
      if (!operation) throw new Error(`${slug}: there is no operation ${link.name}`);
      used.add(operation.name);
      const given = Object.keys(link.fields);
      const args = linkArgs(operation, link);
      t.strictSame(Object.keys(args), given, `${slug}: ${title}`);
      const needed = operation.name === 'undo' || operation.name === 'restore' ? null : args;
      if (needed) checkArguments({ ...operation.args, properties: withoutOptions(operation) }, needed);
    }
  }
  t.ok(used.size >= 6, [...used].join(' '));
});

/** Lists that a server fills are empty here. */
function withoutOptions({ args: { properties } }: (typeof declaredOperations)[number]) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { options: _, ...rest }]) => [name, rest]),
  );
}
