// Whether searches find the library: the index is there, can be used, and is not far behind.
import { url } from '../core/url.ts';
import type { Check, Health, Problem } from '../core/check.ts';
import { formatNumber, formatPercent, plural } from '../core/format.ts';
import { isTerminal } from '../jobs/job.ts';
import type { IndexContext } from './parts.ts';

type Sources = Pick<IndexContext, 'liveIndex' | 'repository'>;

/** An index that lacks fewer entries, or a smaller share, is the usual state between two rebuilds. */
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

/** None while a rebuild waits or runs: its card says so. */
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
    text: `${formatNumber(behind)} of ${plural(entries, 'entry', 'entries')} are not in the index as they are now. Rebuild the index to search them.`,
    action: rebuild,
  };
}
