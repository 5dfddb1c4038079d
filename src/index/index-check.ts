// Checks that the index exists, can be used, and is not far behind the library.
import { url } from '../core/url.ts';
import type { Check, Health, Problem } from '../core/check.ts';
import { formatNumber, formatPercent, plural } from '../core/format.ts';
import { isTerminal } from '../jobs/job.ts';
import type { IndexContext } from './parts.ts';

type Sources = Pick<IndexContext, 'liveIndex' | 'repository'>;

/** Smaller gaps are normal between two rebuilds. */
const behindMin = 10;
const behindShareMin = 0.1;
const rebuild = { href: url('/ui/operations/index/confirm'), label: 'Rebuild index…' };

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

/** None while a rebuild is queued or running: its card shows that. */
function findProblem({ liveIndex, repository }: Sources): Problem | null {
  const { state, problem, entries, missing, stale } = liveIndex.indexState();
  const behind = missing + stale;
  if (state === 'broken') {
    return {
      tone: 'bad',
      title: 'Search is not available',
      text: `${problem ?? 'The index files cannot be used.'} Rebuild the index.`,
      action: rebuild,
    };
  }
  const last = repository.lastOf('index');
  if (behind < behindMin || behind < entries * behindShareMin || (last && !isTerminal(last.status)))
    return null;
  if (state === 'none') {
    return {
      tone: 'warn',
      title: 'Search finds nothing: there is no index yet',
      text: `The library has ${plural(entries, 'entry', 'entries')}. Rebuild the index to search them.`,
      action: rebuild,
    };
  }
  return {
    tone: 'warn',
    title: `Search misses ${formatPercent(behind, entries)} of the library`,
    text: `${formatNumber(behind)} of ${plural(entries, 'entry', 'entries')} are missing or outdated in the index. Rebuild the index to search them.`,
    action: rebuild,
  };
}
