import { randomUUID } from 'node:crypto';
import path from 'node:path';
import t, { type Test } from 'tap';
import { prepareOps } from '../../src/db/ops.ts';
import type { Job, JobStatus } from '../../src/jobs/job.ts';
import { createJobListing, type JobFilter } from '../../src/jobs/listing.ts';
import { createJobRepository } from '../../src/jobs/repository.ts';

const day = (n: number) => new Date(Date.UTC(2026, 7, n));

/** Job n was made on day n. */
function openListing(t: Test) {
  const ops = prepareOps(path.join(t.testdir(), 'ops.db'));
  t.teardown(() => ops.close());
  let at = day(1);
  const repository = createJobRepository(ops, () => at);
  const add = (operation: string, actor: string, ended: JobStatus = 'queued', text = '') => {
    const job = repository.insert({
      id: randomUUID(),
      operation,
      mode: 'scripts',
      requested_by: actor,
      request_id: null,
      reason: text || null,
      max_attempts: 1,
      retry_of: null,
      args: { path: `sheets/${text}` },
      claims: [],
    });
    at = day(job.number + 1);
    const failure = { code: 'exited', message: 'Disk full', detail: null, stderr_tail: null } as const;
    if (ended === 'failed')
      repository.finish(repository.start(job.id) as Job, { status: ended, failure }, () => {});
    return job;
  };
  return { ops, repository, add, listing: createJobListing(ops) };
}

t.test('pages follow each other without gap or repetition, newest first', async (t) => {
  const { add, listing } = openListing(t);
  for (let n = 1; n <= 7; n++) add('chore', 'ada');
  const numbers = ({ items }: ReturnType<typeof listing.jobs>) => items.map(({ number }) => number);
  const first = listing.jobs({}, 3);
  add('chore', 'late');
  const second = listing.jobs({}, 3, Number(first.next_cursor));
  const third = listing.jobs({}, 3, Number(second.next_cursor));
  t.same(
    [first, second, third].map(numbers),
    [[7, 6, 5], [4, 3, 2], [1]],
    'what came meanwhile shifts nothing',
  );
  t.same(
    [first, second, third].map(({ next_cursor }) => next_cursor),
    ['5', '2', null],
  );
  t.same(
    [first, second].map(({ total }) => total),
    [7, 8],
  );
  t.equal(listing.jobs({}, 8).next_cursor, null, 'a full last page has no next one');
});

t.test('each filter narrows the list and its total', async (t) => {
  const { add, listing } = openListing(t);
  add('import', 'ada', 'failed', 'Monthly');
  add('import', 'bob', 'queued', 'weekly');
  add('export', 'ada', 'queued');
  add('export', 'ada', 'failed', 'weekly');
  const found = (filter: JobFilter) => {
    const { items, total } = listing.jobs(filter, 10);
    t.equal(total, items.length, JSON.stringify(filter));
    return items.map(({ number }) => number);
  };
  t.same(found({}), [4, 3, 2, 1]);
  t.same(found({ status: ['failed'] }), [4, 1]);
  t.same(found({ status: ['failed', 'queued'] }), [4, 3, 2, 1]);
  t.same(found({ status: [] }), []);
  t.same(found({ operation: 'import' }), [2, 1]);
  t.same(found({ operation: 'import', status: ['failed'] }), [1]);
  t.same(found({ actor: 'bob' }), [2]);
  t.same(found({ since: day(3).toISOString() }), [4, 3]);
  t.same(found({ q: 'MONTHLY' }), [1], 'reason and arguments, in any case');
  t.same(found({ q: 'disk full' }), [4, 1], 'failures');
  t.same(found({ q: '3' }), [3], 'numbers');
  t.same(found({ q: '%' }), [], 'no pattern');
  t.same(found({ q: "' OR 1 = 1 --" }), []);
  t.same(
    found({
      actor: 'ada',
      q: 'weekly',
      status: ['failed'],
      operation: 'export',
      since: day(1).toISOString(),
    }),
    [4],
  );
  t.same(found({ operation: 'none' }), []);
});

t.test('a total that no counter keeps stops counting at ten thousand', async (t) => {
  const { ops, listing } = openListing(t);
  ops.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050)
    INSERT INTO job (id, operation, status, mode, requested_by, args, created_at)
    SELECT 'id-' || i, 'chore', 'succeeded', 'noop', 'ada', '{}', '2026' FROM n
  `);
  t.equal(listing.jobs({ actor: 'ada' }, 1).total, 10_001);
  t.equal(listing.jobs({ operation: 'chore' }, 1).total, 10_050, 'a counted one is exact');
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
  const first = listing.rows(id, undefined, 3);
  t.same(
    first.items.map(({ ref }) => ref),
    ['S!2', 'S!3', 'S!4'],
  );
  t.equal(first.next_cursor, '3');
  const second = listing.rows(id, undefined, 3, 3);
  t.same(second.items, [
    { seq: 4, ref: 'S!5', outcome: 'changed', message: null },
    { seq: 5, ref: 'S!6', outcome: 'added', message: null },
  ]);
  t.equal(second.next_cursor, null);
  t.same(
    listing.rows(id, 'added', 2).items.map(({ seq }) => seq),
    [1, 3],
  );
  t.equal(listing.rows(id, 'added', 2).next_cursor, '3');
  t.same(listing.rows(id, 'unheard', 2), { items: [], next_cursor: null });
});
