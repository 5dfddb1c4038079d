import { formatMs, formatNumber } from '../../core/format.ts';
import { orProblem } from '../../log-store/or-problem.ts';
import type { SlowStatement } from '../../log-store/statement-repository.ts';
import type { SharedCard } from '../../web/card.ts';
import type { TraceContext } from '../parts.ts';
import { slowStatementsOf } from '../read-trace.ts';

/** The statements with slow calls in 24 hours, on the page of databases. */
export const slowStatementsCard = ({ config, logStore, now }: TraceContext): SharedCard => ({
  name: 'slow-statements',
  host: 'slow-statements-card',
  path: '/ui/databases/slow-statements',
  dirtyOn: ['settings'],
  async load() {
    const { read, problem } = await orProblem(slowStatementsOf(logStore, now()));
    return { items: (read ?? []).map(view), problem, slowMs: config.slowStatementMs };
  },
});

function view({ database, text, calls, total_us, max_us, slow }: SlowStatement) {
  return {
    database,
    text,
    calls: formatNumber(calls),
    slow: formatNumber(slow),
    total: formatMs(total_us / 1000),
    mean: formatMs(total_us / calls / 1000),
    max: formatMs(max_us / 1000),
  };
}
