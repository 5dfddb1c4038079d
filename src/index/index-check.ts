// Checks that the index exists, can be used, and is not far behind the library.
import type { Check, Health, Problem } from '../core/check.ts';
import { formatNumber, formatPercent, plural } from '../core/format.ts';
import { isTerminal } from '../jobs/job.ts';
import type { IndexContext } from './parts.ts';
import { remedyOf } from './remedy.ts';

type Sources = Pick<IndexContext, 'liveIndex' | 'repository'>;

/** Smaller gaps are normal between two rebuilds. */
const behindMin = 10;
const behindShareMin = 0.1;

export function indexCheck(sources: Sources): Check {
  return {
    name: 'index',
    health: () => findHealth(sources),
    problem: () => findProblem(sources),
    dirtyOn: ['index', 'library', 'job'],
  };
}

function findHealth({ liveIndex }: Sources): Health {
  const { state, vectors, entries, fresh, problem } = liveIndex.indexState();
  if (state === 'ready') return { status: 'healthy', detail: `${formatNumber(vectors)} vectors` };
  if (state === 'broken') return { status: 'degraded', detail: problem ?? 'The index files cannot be used.' };
  if (entries === 0) return { status: 'healthy', detail: 'The library is empty.' };
  return {
    status: 'degraded',
    detail: `${formatNumber(entries - fresh)} of ${formatNumber(entries)} entries are not in the index.`,
  };
}

/** None while a rebuild or repair is queued or running: its card shows that. */
function findProblem({ liveIndex, repository }: Sources): Problem | null {
  const index = liveIndex.indexState();
  const { state, problem, entries, missing, stale } = index;
  const behind = missing + stale;
  const remedy = remedyOf(index);
  const action = remedy ? { action: { href: remedy.href, label: remedy.label } } : {};
  if (state === 'broken') {
    const text = `${problem ?? 'The index files cannot be used.'} ${remedy?.advice ?? ''}`.trim();
    return { tone: 'bad', title: 'Search is not available', text, ...action };
  }
  const isUnderWay = ['index', 'repair'].some((name) => {
    const last = repository.lastOf(name);
    return last && !isTerminal(last.status);
  });
  if (!remedy || behind < behindMin || behind < entries * behindShareMin || isUnderWay) return null;
  if (state === 'none') {
    return {
      tone: 'warn',
      title: 'Search finds nothing: there is no index yet',
      text: `The library has ${plural(entries, 'entry', 'entries')}. ${remedy.advice}`,
      ...action,
    };
  }
  return {
    tone: 'warn',
    title: `Search misses ${formatPercent(behind, entries)} of the library`,
    text: `${formatNumber(behind)} of ${plural(entries, 'entry', 'entries')} are missing or outdated in the index. ${remedy.advice}`,
    ...action,
  };
}
