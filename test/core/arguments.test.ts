import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { type ArgumentProblem, invalidArguments, readForm } from '../../src/core/arguments.ts';
import { checkArguments } from '../../src/core/check-arguments.ts';
import type { ArgumentSchema } from '../../src/core/operation.ts';

const schema: ArgumentSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mode: {
      type: 'string',
      title: 'Mode',
      enum: ['replace', 'merge'],
      labels: ['Replace', 'Merge'],
      default: 'replace',
    },
    path: { type: 'string', title: 'Folder', minLength: 1, maxLength: 5, advanced: true },
    note: { type: 'string', title: 'Note' },
    rows: { type: 'integer', title: 'Rows', minimum: 1, maximum: 9 },
    any: { type: 'integer', title: 'Any number' },
    dry_run: { type: 'boolean', title: 'Dry run', default: false },
  },
};
const none: ArgumentSchema = { type: 'object', additionalProperties: false, properties: {} };

function problems(given: unknown, of = schema): ArgumentProblem[] {
  try {
    checkArguments(of, given as Record<string, unknown>);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_arguments')
      return error.details?.problems as ArgumentProblem[];
    throw error;
  }
  return [];
}

t.test('defaults are filled in, and the given arguments are not modified', async (t) => {
  const given = { rows: 2 };
  t.same(checkArguments(schema, given), { mode: 'replace', dry_run: false, rows: 2 });
  t.same(given, { rows: 2 });
  t.same(checkArguments(none, {}), {});
});

t.test('an invalid field has one message with its allowed values', async (t) => {
  const expected: [unknown, string, string][] = [
    [{ mode: 'other' }, 'mode', 'Mode: choose one of replace, merge.'],
    [{ mode: 5 }, 'mode', 'Mode: choose one of replace, merge.'],
    [{ mode: null }, 'mode', 'Mode: choose one of replace, merge.'],
    [{ path: '' }, 'path', 'Folder: must be text of 1 to 5 characters.'],
    [{ path: 'sixsix' }, 'path', 'Folder: must be text of 1 to 5 characters.'],
    [{ path: ['a', 'b'] }, 'path', 'Folder: must be text of 1 to 5 characters.'],
    [{ note: 1 }, 'note', 'Note: must be text.'],
    [{ rows: 0 }, 'rows', 'Rows: must be a whole number from 1 to 9.'],
    [{ rows: 1.5 }, 'rows', 'Rows: must be a whole number from 1 to 9.'],
    [{ rows: '3' }, 'rows', 'Rows: must be a whole number from 1 to 9.'],
    [{ any: 'x' }, 'any', 'Any number: must be a whole number.'],
    [{ dry_run: 'yes' }, 'dry_run', 'Dry run: must be true or false.'],
    [{ dry_run: 1 }, 'dry_run', 'Dry run: must be true or false.'],
  ];
  for (const [given, field, message] of expected)
    t.same(problems(given), [{ field, message }], JSON.stringify(given));
});

t.test('an unknown argument is named, with the known ones', async (t) => {
  t.same(problems({ uid: 0 }), [
    { field: 'uid', message: 'Unknown argument "uid". Known: mode, path, note, rows, any, dry_run.' },
  ]);
  t.same(problems({ x: 1 }, none), [
    { field: 'x', message: 'Unknown argument "x". This operation takes none.' },
  ]);
  const [long] = problems({ ['y'.repeat(500)]: 1 });
  t.ok((long?.message.length ?? 999) < 200, 'a long name is truncated in the message');
});

t.test('names of built-in object properties are unknown like any other', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const given = JSON.parse(`{${JSON.stringify(name)}: {"mode": "merge"}}`);
    t.match(problems(given), [{ field: name }], name);
    t.match(problems(readForm(schema, given, [])), [{ field: name }], `${name} in a form`);
  }
});

t.test('arguments that are not an object are refused', async (t) => {
  for (const given of [null, [], 'text', 5]) {
    t.same(
      problems(given),
      [{ field: '', message: 'Arguments must be one JSON object.' }],
      JSON.stringify(given),
    );
  }
});

t.test('all problems are reported, the first in the message', async (t) => {
  t.throws(() => checkArguments(schema, { mode: 'x', rows: 0, more: 1 }), {
    message: /^Unknown argument "more".* 2 more\.$/,
    details: { problems: [{ field: 'more' }, { field: 'mode' }, { field: 'rows' }] },
  });
  t.equal(invalidArguments([{ field: 'a', message: 'A: no.' }]).message, 'A: no.');
  t.equal(invalidArguments([]).message, 'The arguments are not valid.');
});

t.test('a form is parsed: empty fields are absent, boxes are booleans, numbers are numbers', async (t) => {
  const form = { mode: 'merge', path: '', rows: '7', dry_run: 'on', reason: 'why', confirm: 'x', any: '-12' };
  t.same(readForm(schema, form, ['reason', 'confirm']), { mode: 'merge', rows: 7, dry_run: true, any: -12 });
  t.same(readForm(schema, { dry_run: 'true' }, []), { dry_run: true });
  t.same(readForm(schema, { dry_run: 'false' }, []), { dry_run: false });
  t.same(readForm(schema, {}, []), {});
});

t.test('a form field that cannot be parsed is kept for the check to refuse', async (t) => {
  const form = {
    rows: '7 rows',
    any: '99999999999999999999',
    dry_run: 'perhaps',
    note: ['a', 'b'],
    more: 'x',
  };
  const args = readForm(schema, form, []);
  t.same(args, form);
  t.same(
    problems(args)
      .map(({ field }) => field)
      .sort(),
    ['any', 'dry_run', 'more', 'note', 'rows'],
  );
});
