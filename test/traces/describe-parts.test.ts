// The parts of a request in rows, and the part that is named as the slow one.
import t from 'tap';
import type { KeptSpan } from '../../src/log-store/trace-repository.ts';
import { slowPart, slowRest, viewRows, viewShares } from '../../src/traces/web/describe-parts.ts';

/** Each takes `us` and starts when the one before it has ended. */
function spansOf(names: string[], us = 1000): KeptSpan[] {
  return names.map((name, n) => ({
    ...{ n, parent: null, kind: 'db', name: `ops: ${name}`, start_us: n * us, us, rows: 1, calls: 1 },
  }));
}

const named = (rows: ReturnType<typeof viewRows>) => rows.map(({ name, about }) => `${name} (${about})`);

t.test('groups of parts that repeat are one group', async (t) => {
  const tries = Array.from({ length: 25 }, () => ['BEGIN', 'SELECT 1', 'ROLLBACK']).flat();
  const spans = spansOf(['SELECT 0', ...tries, 'BEGIN', 'COMMIT']);
  t.same(named(viewRows({ ms: 100, spans, left_out: 0 }, null)), [
    'SELECT 0 (db: ops · 1 row)',
    'BEGIN (db: ops · 25 rows · 25 calls)',
    'SELECT 1 (db: ops · 25 rows · 25 calls)',
    'ROLLBACK (db: ops · 25 rows · 25 calls)',
    'BEGIN (db: ops · 1 row)',
    'COMMIT (db: ops · 1 row)',
  ]);
  const [, first] = viewRows({ ms: 78, spans, left_out: 0 }, null);
  t.match(first, { start: '1.0 ms', took: '25 ms' });
});

t.test('parts that do not repeat stay rows of their own', async (t) => {
  const spans = spansOf(['A', 'B', 'A', 'C', 'C']);
  t.same(named(viewRows({ ms: 5, spans, left_out: 0 }, null)), [
    'A (db: ops · 1 row)',
    'B (db: ops · 1 row)',
    'A (db: ops · 1 row)',
    'C (db: ops · 2 rows · 2 calls)',
  ]);
});

t.test('a wait that is of no part is named as the slow part', async (t) => {
  const spans = spansOf(['SELECT 1'], 400_000);
  const waited = { ms: 3000, spans, left_out: 0 };
  t.equal(slowPart(waited), null);
  t.same(slowRest(waited), { name: 'Waiting and work that is not measured', us: 2_600_000 });
  t.match(viewShares(waited).parts.at(-1), { label: 'Waiting and work that is not measured', tone: 'rest' });
  const busy = { ms: 500, spans, left_out: 0 };
  t.equal(slowPart(busy)?.name, 'ops: SELECT 1');
  t.equal(slowRest(busy), null);
  const both = { ms: 900, spans, left_out: 0 };
  t.equal(slowPart(both), null, 'the wait took more than the part');
  t.match(slowRest(both), { us: 500_000 });
});

t.test('time that may be of parts beyond the limit is not called a wait', async (t) => {
  const beyond = { ms: 3000, left_out: 50, spans: spansOf(['SELECT 1'], 400_000) };
  const name = 'Parts that are not listed, waiting and work that is not measured';
  t.match(slowRest(beyond), { name });
  t.match(viewShares(beyond).parts.at(-1), { label: name, tone: 'rest' });
});
