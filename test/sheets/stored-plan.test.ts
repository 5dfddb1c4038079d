// The stored plan of a dry run: it has every row that applying the plan adds, changes and removes, and no other.
import fs from 'node:fs';
import t from 'tap';
import { createRandom, pick, type Random } from '../../scripts/random.ts';
import { planFile } from '../../src/plan-store/plan-file.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { formatSyncStatus, kinds, shapes, type Value } from '../../src/library/rules.ts';
import { applyPlan } from '../../src/sheets/apply.ts';
import { planImport } from '../../src/sheets/plan.ts';
import { type PlanRow, planOutcomes, storePlan, withPlan } from '../../src/plan-store/plan-repository.ts';
import { tabs } from '../../src/sheets/tabs.ts';
import {
  category,
  experience,
  makeRoot,
  manual,
  type Root,
  type Sheet,
  sheet,
  writeSheet,
} from '../support/library.ts';
import { checkFolder, importSheet, now, unfollowed } from '../support/plan.ts';

const job = 'a-job';

function storeAndApply(root: Root, content: Sheet, mode: 'replace' | 'merge') {
  const library = createLibrary(root.db);
  const checked = checkFolder(writeSheet(root, content));
  const plan = storePlan(root.config.root, job, (store) =>
    planImport({ checked, library, mode, store, onCompared: unfollowed }),
  );
  const before = readAll(root);
  library.write(() => applyPlan(library, plan, checked, now, unfollowed));
  return { plan, before, after: readAll(root), stored: readStored(root) };
}

function readStored({ config }: Root) {
  return withPlan(config.root, job, (plan) => ({
    summary: plan.summary(),
    rows: Object.fromEntries(planOutcomes.map((outcome) => [outcome, plan.rows({ outcome }, 0, 1000)])),
  }));
}

type Row = { tab: string; values: Value[] };

/** The compared columns of every row, by tab and key. */
function readAll({ db }: Root): Map<string, Row> {
  const library = createLibrary(db);
  return new Map(
    kinds.flatMap((kind) => {
      const tab = tabs.find((one) => one.kind === kind)?.name ?? '';
      return [...library[kind].compared()].map((values): [string, Row] => [
        `${tab} ${values[0]}`,
        { tab, values },
      ]);
    }),
  );
}

/** What a person reads in a cell; an empty cell equals a missing value. */
const shown = (field: string, value: Value | undefined) =>
  field === 'sync_status' ? formatSyncStatus(value ?? null) : (value ?? '') === '' ? null : String(value);

/** The rows that differ between two states of the library, as a plan lists them. */
function differences(before: Map<string, Row>, after: Map<string, Row>) {
  const keysOnlyIn = (one: Map<string, Row>, other: Map<string, Row>) =>
    [...one.keys()].filter((key) => !other.has(key)).sort();
  const changed = [...after].flatMap(([key, { tab, values }]) => {
    const old = before.get(key)?.values;
    const kind = tabs.find(({ name }) => name === tab)?.kind ?? 'category';
    const fields = shapes[kind].compared.flatMap((field, at) => {
      const [from, to] = [shown(field, old?.[at]), shown(field, values[at])];
      return from === to ? [] : [[field, from, to]];
    });
    return old && fields.length > 0 ? [[key, fields]] : [];
  });
  return { added: keysOnlyIn(after, before), removed: keysOnlyIn(before, after), changed: changed.sort() };
}

function planned(rows: Record<string, PlanRow[]>) {
  const keys = (outcome: string) => (rows[outcome] ?? []).map(({ tab, key }) => `${tab} ${key}`).sort();
  const changed = (rows.changed ?? []).map(({ tab, key, fields }) => [
    `${tab} ${key}`,
    fields.map(({ field, from, to }) => [field, from, to]),
  ]);
  return { added: keys('added'), removed: keys('removed'), changed: changed.sort() };
}

const texts = [
  'Stage in parts.',
  'a\nb',
  'a\r\nb',
  'Überprüfung',
  'Überprüfung'.normalize('NFD'),
  '=1+1',
  '😀',
  'x'.repeat(300),
] as const;

/** Some of its rows are wrong: without a title, of an unknown category, contextual without a context, or twice there. */
function randomSheet(random: Random): Sheet {
  const codes = ['AAA', 'BBB', 'CCC', 'DDD'].filter(() => random(4) > 0);
  const some = (make: typeof experience, prefix: string) =>
    Array.from({ length: random(25) }, () =>
      make({
        id: `${prefix}-${random(20)}`,
        category_code: pick(random, ['AAA', 'AAA', ...codes]),
        title: random(20) === 0 ? '' : pick(random, ['One', 'Two', 'Three']),
        sync_status: pick(random, ['synced', 'synced', 'pending', 'local_only']),
        author: pick(random, ['', 'Ada']),
        ...(prefix === 'EXP'
          ? { playbook: pick(random, texts), section: pick(random, ['useful', 'useful', 'contextual']) }
          : { content: pick(random, texts) }),
      }),
    );
  return sheet({
    categories: ['AAA', ...codes.filter((code) => code !== 'AAA')].map((code) =>
      category({ code, description: pick(random, ['', 'Some']) }),
    ),
    experiences: some(experience, 'EXP'),
    manuals: some(manual, 'MNL'),
  });
}

t.test('the plan has exactly the rows that applying it adds, changes and removes', async (t) => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = createRandom(seed);
    const root = makeRoot(t);
    importSheet(root, randomSheet(random));
    const mode = pick(random, ['replace', 'replace', 'merge'] as const);
    const { plan, before, after, stored } = storeAndApply(root, randomSheet(random), mode);
    t.strictSame(planned(stored?.rows ?? {}), differences(before, after), `seed ${seed}, ${mode}`);
    const wrong = new Set(stored?.rows.wrong?.map(({ tab, row }) => `${tab} ${row}`));
    t.equal(wrong.size, plan.counts.invalid, `seed ${seed}: the wrong rows`);
    if (mode === 'merge') t.equal(plan.counts.removed, 0, `seed ${seed}: a merge removes nothing`);
    t.equal(stored?.summary.before.categories, plan.before.categories);
  }
});

t.test('a plan is read page by page, by tab and kind of change, with its counts', async (t) => {
  const root = makeRoot(t);
  const many = (playbook: string) =>
    Array.from({ length: 120 }, (_, number) => experience({ id: `EXP-${number}`, playbook }));
  importSheet(root, sheet({ experiences: many('a\nb') }));
  const after = many('a\r\nb').map((row, number) => (number < 30 ? { ...row, author: 'Ada' } : row));
  storeAndApply(root, sheet({ experiences: after, manuals: [manual({ title: 'New' })] }), 'replace');
  const hidden = { outcome: 'changed', change: 'only line endings' } as const;
  const pages = withPlan(root.config.root, job, (plan) => ({
    tallies: plan.tallies().map(({ tab, change, rows }) => [tab, change, rows]),
    second: plan.rows(hidden, 80, 50).map(({ seq }) => seq),
    position: plan.position(hidden, 80),
    previous: plan.previous(hidden, 81, 50),
    manuals: plan.rows({ outcome: 'changed', tab: 'Manuals' }, 0, 50).map(({ key, fields }) => [key, fields]),
    categories: plan.summary().categories,
  }));
  t.strictSame(pages, {
    tallies: [
      ['Experiences', 'only line endings', 90],
      ['Experiences', 'text', 30],
      ['Manuals', 'text', 1],
    ],
    second: Array.from({ length: 40 }, (_, at) => 81 + at),
    position: 50,
    previous: 31,
    manuals: [['MNL-1', [{ field: 'title', from: manual().title, to: 'New' }]]],
    categories: { GIT: 121 },
  });
});

t.test('very long texts are cut around their difference, and the file is private', async (t) => {
  const root = makeRoot(t);
  const long = 'x'.repeat(60_000);
  importSheet(root, sheet({ manuals: [manual({ content: `${long}old` })] }));
  const { stored } = storeAndApply(root, sheet({ manuals: [manual({ content: `${long}new` })] }), 'replace');
  const lead = `…${'x'.repeat(40)}`;
  t.strictSame(stored?.rows.changed?.[0]?.fields, [
    { field: 'content', from: `${lead}old`, to: `${lead}new` },
  ]);
  t.equal(fs.statSync(planFile(root.config.root, job)).mode & 0o777, 0o600);
});

t.test('a plan that an error ends leaves no file', async (t) => {
  const root = makeRoot(t);
  t.throws(() =>
    storePlan(root.config.root, job, () => {
      throw new Error('stopped');
    }),
  );
  t.strictSame(fs.readdirSync(`${root.config.root}/plans`), []);
  t.equal(readStored(root), null);
});
