import path from 'node:path';
import t, { type Test } from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { JobStatus } from '../../src/jobs/job.ts';
import type { JobFilter } from '../../src/jobs/job-search.ts';
import { createJobListing, type JobPage, searchPace } from '../../src/jobs/listing.ts';
import { createJobRepository } from '../../src/jobs/repository.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { makeFolder } from '../support/folder.ts';

const day = (n: number) => new Date(Date.UTC(2026, 7, n));

/** Job n was created on day n. */
function openListing(t: Test) {
  const ops = prepareOps(path.join(makeFolder(t), 'ops.db'));
  t.teardown(() => ops.close());
  let at = day(1);
  const repository = createJobRepository(ops, () => at);
  const add = (operation: string, actor: string, ended: JobStatus = 'queued', text = '') => {
    const args = { path: `sheets/${text}` };
    const job = insertJob(repository, { operation, requested_by: actor, reason: text || null, args });
    at = day(job.number + 1);
    if (ended === 'failed') endJob(repository, job, ended);
    return job;
  };
  return { ops, repository, add, listing: createJobListing(ops, searchPace) };
}

const numbersOf = ({ items }: JobPage) => items.map(({ number }) => number);

t.test('pages follow each other without gap or repetition while jobs arrive, newest first', async (t) => {
  const { add, listing } = openListing(t);
  for (let n = 1; n <= 7; n++) add('chore', 'ada');
  for (const filter of [{}, { actor: 'ada' }]) {
    const newest = listing.newestNumber();
    const first = await listing.page({ ...filter }, 3, { before: newest + 1 });
    add('chore', 'late');
    const second = await listing.page(filter, 3, { before: 5 });
    const third = await listing.page(filter, 3, { before: 2 });
    t.same([second, third].map(numbersOf), [[4, 3, 2], [1]], 'later jobs do not shift the page');
    t.equal(numbersOf(first)[0], filter.actor ? 7 : newest);
    t.same(
      [second, third].map(({ hasOlder }) => hasOlder),
      [true, false],
    );
    const back = await listing.page(filter, 3, { after: 4 });
    t.same(numbersOf(back), [7, 6, 5], 'and back up again');
    t.ok(back.hasOlder);
  }
  t.notOk((await listing.page({}, 9)).hasOlder, 'a full last page has no older one');
  t.notOk((await listing.page({}, 9)).hasNewer);
});

t.test('each filter narrows the list, its total and its numbers', async (t) => {
  const { add, listing } = openListing(t);
  add('import', 'ada', 'failed', 'Monthly');
  add('import', 'bob', 'queued', 'weekly');
  add('export', 'ada', 'queued');
  add('export', 'ada', 'failed', 'weekly "B"');
  const found = async (filter: JobFilter) => {
    const page = await listing.page(filter, 10);
    const { total } = await listing.tally(filter);
    t.equal(total, page.items.length, JSON.stringify(filter));
    t.same((await listing.numbers(filter, { upTo: 99 }, 10)).numbers, numbersOf(page));
    return numbersOf(page);
  };
  const text = (text: string, operations: string[] = []) => ({ texts: [{ text, operations }] });
  t.same(await found({}), [4, 3, 2, 1]);
  t.same(await found({ status: ['failed'] }), [4, 1]);
  t.same(await found({ status: ['failed', 'queued'] }), [4, 3, 2, 1]);
  t.same(await found({ status: [] }), []);
  t.same(await found({ operation: 'import' }), [2, 1]);
  t.same(await found({ operation: 'import', status: ['failed'] }), [1]);
  t.same(await found({ actor: 'bob' }), [2]);
  t.same(await found({ since: day(3).toISOString() }), [4, 3]);
  t.same(await found({ since: day(99).toISOString() }), []);
  t.same(await found(text('MONTHLY')), [1], 'reason and arguments, in any case');
  t.same(await found(text('it broke')), [4, 1], 'failures');
  t.same(await found({ errors: ['BROKE'] }), [4, 1]);
  t.same(await found({ errors: ['weekly'] }), [], 'an error is not in the arguments');
  t.same(await found(text('y "b"')), [4], 'escaped as in JSON');
  t.same(await found(text('3')), [3], 'numbers');
  t.same(await found(text('nothing', ['import'])), [2, 1], 'titles of operations');
  t.same(await found(text('%')), [], 'no pattern');
  t.same(await found(text("' OR 1 = 1 --")), []);
  const all = { actor: 'ada', status: ['failed'], operation: 'export', since: day(1).toISOString() } as const;
  t.same(await found({ ...all, status: [...all.status], ...text('weekly') }), [4]);
  t.same(await found({ operation: 'none' }), []);
});

t.test('counts ignore the status of the filter, and include how many jobs are above the page', async (t) => {
  const { add, listing } = openListing(t);
  for (const status of ['failed', 'queued', 'failed', 'queued'] as const) add('import', 'ada', status);
  add('export', 'ada', 'failed');
  for (const filter of [{ operation: 'import' }, { operation: 'import', actor: 'ada' }]) {
    const { counts, total, newer } = await listing.tally({ ...filter, status: ['failed'] }, 1);
    t.match(counts, { failed: 2, queued: 2, cancelled: 0 });
    t.equal(total, 2);
    t.equal(newer, 1);
  }
});

t.test('counts that no counter keeps end at ten thousand', async (t) => {
  const { ops, listing } = openListing(t);
  ops.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
    INSERT INTO job (id, operation, status, mode, requested_by, args, created_at)
    SELECT 'id-' || i, 'chore', 'succeeded', 'noop', 'ada', '{}', '2026' FROM n
  `);
  t.match(await listing.tally({ since: '2025' }), { total: 10_001, isWhole: false });
  t.match(await listing.tally({ operation: 'chore' }), { total: 10_050, isWhole: true });
  t.match(await listing.tally({ actor: 'ada' }), { total: 10_050, lookedDownTo: null }, 'all was looked at');
  t.match(await listing.numbers({ actor: 'ada' }, { above: 10_000, upTo: 10_040 }, 30), { hasMore: true });
});

t.test('result rows come in their order, by outcome and by page', async (t) => {
  const { repository, add, listing } = openListing(t);
  const { id } = add('chore', 'ada');
  const outcomes = ['added', 'invalid', 'added', 'changed', 'added'];
  repository.addRows(
    id,
    outcomes.map((outcome, at) => ({ ref: `S!${at + 2}`, outcome, message: null })),
  );
  repository.addRows(add('chore', 'ada').id, [{ ref: null, outcome: 'added', message: 'of another job' }]);
  const first = listing.rows(id, {}, 3);
  t.same(
    first.items.map(({ ref }) => ref),
    ['S!2', 'S!3', 'S!4'],
  );
  t.equal(first.next_cursor, '3');
  const second = listing.rows(id, {}, 3, 3);
  t.same(second.items, [
    { seq: 4, ref: 'S!5', outcome: 'changed', message: null },
    { seq: 5, ref: 'S!6', outcome: 'added', message: null },
  ]);
  t.equal(second.next_cursor, null);
  t.same(
    listing.rows(id, { outcome: 'added' }, 2).items.map(({ seq }) => seq),
    [1, 3],
  );
  t.equal(listing.rows(id, { outcome: 'added' }, 2).next_cursor, '3');
  t.same(listing.rows(id, { outcome: 'unheard' }, 2), { items: [], next_cursor: null });
  t.same(listing.rowCounts(id), [
    { outcome: 'added', rows: 3 },
    { outcome: 'changed', rows: 1 },
    { outcome: 'invalid', rows: 1 },
  ]);
  repository.dropRows(id);
  t.same(listing.rowCounts(id), []);
});

t.test('a search that takes too long reports where it stopped, and continues from there', async (t) => {
  const { ops } = openListing(t);
  ops.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
    INSERT INTO job (id, operation, status, mode, requested_by, args, created_at)
    SELECT 'id-' || i, 'chore', 'succeeded', 'noop', iif(i = 3, 'ada', 'bob'), '{}', '2026' FROM n
  `);
  const listing = createJobListing(ops, { sliceMs: 5, maxMs: 0, first: 20, min: 20 });
  const filter = { actor: 'ada' };
  const page = await listing.page(filter, 10);
  t.match(page, { items: [], hasOlder: true, lookedTo: 31 });
  t.match(await listing.numbers(filter, { upTo: 50 }, 10), { numbers: [], lookedTo: 31 });
  t.match(await listing.tally(filter), { total: 0, isWhole: false, lookedDownTo: 31 });
  const next = await listing.page(filter, 10, { before: page.lookedTo ?? 0 });
  t.match(next, { items: [], lookedTo: 11 });
  t.match(await listing.page(filter, 10, { before: next.lookedTo ?? 0 }), {
    items: [{ number: 3 }],
    lookedTo: null,
  });
});
