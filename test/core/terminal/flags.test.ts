import t from 'tap';
import { readFlags } from '../../../src/core/terminal/flags.ts';
import type { ArgumentProperty } from '../../../src/core/operation.ts';

const flags: Record<string, ArgumentProperty> = {
  path: { type: 'string', title: 'Path' },
  dry_run: { type: 'boolean', title: 'Dry run' },
  rows: { type: 'integer', title: 'Rows' },
  share: { type: 'number', title: 'Share' },
};
const read = (...words: string[]) => readFlags(words, flags, 1);

t.test('flags have the names of the schema with dashes, and values of its types', async (t) => {
  t.same(read('--path', 'a b', '--dry-run', '--rows', '-3', '--share=0.5'), {
    values: { path: 'a b', dry_run: true, rows: -3, share: 0.5 },
    rest: [],
  });
  t.same(read('--no-dry-run', '412').values, { dry_run: false });
  t.same(read('412').rest, ['412']);
  t.same(read('--dry-run=false').values, { dry_run: false });
  t.same(read('--path=a=b').values, { path: 'a=b' }, 'only the first = separates');
  t.same(read('--path', '--dry-run').values, { path: '--dry-run' }, 'a value may look like a flag');
});

t.test('a value that cannot be parsed is kept for the check to refuse', async (t) => {
  t.same(read('--rows', 'many').values, { rows: 'many' });
  t.same(read('--dry-run=perhaps').values, { dry_run: 'perhaps' });
});

t.test('an unknown flag is refused with the known ones', async (t) => {
  const refuses = (words: string[], message: string) =>
    t.throws(() => read(...words), { code: 'invalid_arguments', message }, words.join(' '));
  refuses(['--colour', 'red'], 'Unknown flag --colour. Known: --path, --dry-run, --rows, --share.');
  refuses(['--no-path'], 'Unknown flag --no-path. Known: --path, --dry-run, --rows, --share.');
  refuses(['--dry_run'], 'Unknown flag --dry_run. Known: --path, --dry-run, --rows, --share.');
  refuses(['--__proto__'], 'Unknown flag --__proto__. Known: --path, --dry-run, --rows, --share.');
  refuses(['--path'], '--path needs a value.');
  refuses(['--no-dry-run=yes'], '--no-dry-run takes no value.');
  refuses(['--dry-run', '--no-dry-run'], '--no-dry-run is given twice. Keep one of them.');
  refuses(['1', '2'], '"2" is not expected here. Known: --path, --dry-run, --rows, --share.');
  t.throws(() => readFlags(['x'], {}), { message: '"x" is not expected here. This command has no flags.' });
});
