// Checks that the index exists, can be used, and is not far behind the library.
import fs from 'node:fs';
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import { formatNumber, plural } from '../core/format.ts';
import { modelOf } from '../embedding/model-change.ts';
import { isTerminal } from '../jobs/job.ts';
import { generationFiles } from './generation.ts';
import type { IndexState } from './live.ts';
import type { IndexContext } from './parts.ts';
import { isOutdated, type Remedy, remedyOf } from './remedy.ts';

type Sources = Pick<IndexContext, 'config' | 'library' | 'liveIndex' | 'repository'>;

export const indexHead = { id: 'index', component: 'index', title: 'Index' };

export function indexCheck(sources: Sources): Check {
  return {
    ...indexHead,
    everySec: 10,
    dirtyOn: ['index', 'library', 'job'],
    look() {
      const index = sources.liveIndex.indexState();
      const found =
        findUnusable(sources, index) ??
        findLost(sources, index) ??
        findBehind(sources, index) ??
        findNoWords(index);
      return { says: describe(index), found: found === null ? [] : [found] };
    },
  };
}

/** Without the number of entries, which changes while the finding does not. */
const labels = { index: 'Rebuild index…', repair: 'Repair index…' };

function describe({ state, vectors, entries, fresh, problem }: IndexState): string {
  if (state === 'broken') return problem ?? 'The index files cannot be used.';
  if (entries === 0) return 'The library is empty.';
  if (state === 'none') return 'No index yet.';
  const behind = entries - fresh;
  const missing = behind > 0 ? `, ${plural(behind, 'entry is', 'entries are')} not in it` : '';
  return `${formatNumber(vectors)} vectors${missing}`;
}

/** The remedy goes into the finding, too. */
function baseOf(remedy: Remedy | null) {
  return {
    subject: 'state',
    stops: ['search'],
    runbook: 'index-broken',
    ...(remedy ? { fix: { href: remedy.href, label: labels[remedy.operation] } } : {}),
  };
}

function findUnusable(sources: Sources, index: IndexState): Found | null {
  const problem = index.state === 'broken' ? index.problem : describeOtherDimension(sources, index);
  if (problem === null) return null;
  const remedy = remedyOf({ ...index, state: 'broken' });
  const base = { ...baseOf(remedy), text: `${problem} ${remedy?.advice ?? ''}`.trim() };
  if (isOutdated(index, sources.config))
    return {
      ...base,
      severity: 'warning',
      title: 'Search uses the old index until you rebuild it',
      stops: [],
    };
  if (index.state !== 'broken' && index.words_problem === null)
    return { ...base, severity: 'error', title: 'Search finds words only', stops: ['search by meaning'] };
  return { ...base, severity: 'error', title: 'Search is not available', causedBy: ['data-folder'] };
}

/** Search has the index in memory, and answers although its files are gone or cut off. */
function findLost({ config }: Sources, index: IndexState): Found | null {
  if (index.generation === null || isIntact(path.join(config.indexFolder, index.generation), index.bytes))
    return null;
  const remedy = remedyOf({ ...index, state: 'broken' });
  const text = `Files of the index are missing or damaged. Search answers until the next restart. ${remedy?.advice ?? ''}`;
  const base = { ...baseOf(remedy), stops: ['search after a restart'] };
  return { ...base, severity: 'error', title: 'The index files cannot be used', text: text.trim() };
}

function isIntact(folder: string, bytes: number | null): boolean {
  try {
    return fs.statSync(generationFiles(folder).index).size === bytes;
  } catch {
    return false;
  }
}

/** A service may have another model behind the name: a search, or an entry that was embedded since, has shown it. */
function describeOtherDimension({ library, liveIndex }: Sources, { model, dimension }: IndexState) {
  const known = modelOf(library);
  const given = liveIndex.otherDimension() ?? (known.name === model ? known.dimension : null);
  if (given === null || dimension === null || given === dimension) return null;
  return `${model} now gives ${given} numbers; the index has ${dimension}.`;
}

/** None while a rebuild or repair is queued or running: its card shows that. */
function findBehind({ config, repository }: Sources, index: IndexState): Found | null {
  const { state, entries, missing, stale } = index;
  const behind = missing + stale;
  const remedy = remedyOf(index);
  const base = baseOf(remedy);
  const isUnderWay = ['index', 'repair'].some((name) => {
    const last = repository.lastOf(name);
    return last && !isTerminal(last.status);
  });
  const { indexBehindMin, indexBehindShare } = config.checks;
  // Smaller gaps are normal between two rebuilds.
  const isFar = behind >= indexBehindMin && behind >= entries * indexBehindShare;
  if (!remedy || !isFar || isUnderWay) return null;
  // A rebuild embeds, too.
  const causedBy = ['embedder', 'embedding-outage'];
  if (state === 'none') {
    return {
      ...base,
      causedBy,
      severity: 'warning',
      title: 'Search finds nothing: there is no index yet',
      text: `The library has entries. ${remedy.advice}`,
    };
  }
  return {
    ...base,
    causedBy,
    severity: 'warning',
    title: `Search misses at least ${Math.round(indexBehindShare * 100)}% of the library`,
    text: `Entries are missing or outdated in the index. ${remedy.advice}`,
  };
}

/** Its files were written by a former version, or are damaged; search by meaning goes on. */
function findNoWords(index: IndexState): Found | null {
  if (index.words_problem === null) return null;
  const remedy = remedyOf(index);
  return {
    ...baseOf(remedy),
    severity: 'warning',
    title: 'Search compares meaning only',
    stops: ['search by words'],
    text: `${index.words_problem} ${remedy?.advice ?? ''}`.trim(),
  };
}
