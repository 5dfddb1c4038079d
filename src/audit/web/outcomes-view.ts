// The choice of outcomes. Their numbers are those of all rows, so they are shown only where no other filter is set.
import { formatNumber } from '../../core/format.ts';
import { type AuditQuery, filterNames } from '../audit-filter.ts';
import type { AuditRepository } from '../audit-repository.ts';
import { auditUrl } from './audit-url.ts';

/** A count that no counter keeps ends here. */
const maxCounted = 1000;

type Counts = { [Name in 'all' | 'ok' | 'refused' | 'failed']?: string | null };

export function viewOutcomes(
  repository: Pick<AuditRepository, 'newestId' | 'countOutcome'>,
  { outcome, ...others }: AuditQuery,
) {
  const isWhole = filterNames.every((name) => name === 'outcome' || !others[name]);
  const counts: Counts = isWhole ? countAll(repository) : {};
  const chips = [
    { name: undefined, word: 'All', tone: '', icon: null, count: counts.all },
    { name: 'ok', word: 'Done', tone: 'ok', icon: 'check', count: counts.ok },
    { name: 'refused', word: 'Refused', tone: 'bad', icon: 'slash', count: counts.refused },
    { name: 'failed', word: 'Failed', tone: 'bad', icon: 'cross', count: counts.failed },
  ];
  return chips.map(({ name, count = null, ...chip }) => ({
    ...chip,
    count,
    isCurrent: (outcome || undefined) === name,
    href: auditUrl({ ...others, outcome: name }),
  }));
}

function countAll({ newestId, countOutcome }: Pick<AuditRepository, 'newestId' | 'countOutcome'>): Counts {
  const all = newestId();
  const refused = countOutcome('refused', maxCounted);
  const failed = countOutcome('failed', maxCounted);
  const isExact = refused <= maxCounted && failed <= maxCounted;
  return {
    all: formatNumber(all),
    ok: isExact ? formatNumber(all - refused - failed) : null,
    refused: describe(refused),
    failed: describe(failed),
  };
}

function describe(rows: number): string {
  return rows > maxCounted ? `${formatNumber(maxCounted)}+` : formatNumber(rows);
}
