// Checks the size of what the databases keep besides data: write-ahead logs and free pages.
import type { Check, Found } from '../core/check.ts';
import { readPages } from '../core/db/pages.ts';
import { formatBytes, formatPercent } from '../core/format.ts';
import type { TelemetryContext } from './parts.ts';

type Sources = Pick<TelemetryContext, 'config' | 'library' | 'ops' | 'telemetry'>;

/** Fewer free pages are not worth a word. */
const freeMinBytes = 8 * 1024 * 1024;

export const databaseSizeHead = { id: 'database-size', component: 'database', title: 'Database sizes' };

export function databaseSizeCheck({ config, library, ops, telemetry }: Sources): Check {
  return {
    ...databaseSizeHead,
    everySec: 60,
    dirtyOn: ['library'],
    look() {
      const sample = telemetry.latest();
      const found = [
        findLargeLog('chl.db', sample?.library_wal_bytes ?? 0, config.checks.walBytes),
        findLargeLog('ops.db', sample?.ops_wal_bytes ?? 0, config.checks.walBytes),
        findFreePages('chl.db', readPages(library), config.checks.freePagesShare),
        findFreePages('ops.db', readPages(ops), config.checks.freePagesShare),
      ];
      const wal = (sample?.library_wal_bytes ?? 0) + (sample?.ops_wal_bytes ?? 0);
      const { pages, free } = readPages(library);
      return {
        says: `Write-ahead logs ${formatBytes(wal)}; ${formatPercent(free, Math.max(1, pages))} of chl.db are free pages`,
        found: found.filter((one) => one !== null),
      };
    },
  };
}

function findLargeLog(name: string, bytes: number, maxBytes: number): Found | null {
  if (bytes <= maxBytes) return null;
  return {
    subject: `wal ${name}`,
    severity: 'warning',
    title: `The write-ahead log of ${name} is large`,
    text: `It has more than ${formatBytes(maxBytes)}, which slows down reads. A program has kept the database open for long: end it, or restart the server.`,
    stops: [],
  };
}

/** Worth knowing only: the next imports use the pages again. */
function findFreePages(
  name: string,
  { pages, free, pageBytes }: ReturnType<typeof readPages>,
  maxShare: number,
) {
  if (free * pageBytes < freeMinBytes || free / pages <= maxShare) return null;
  const found: Found = {
    subject: `unused ${name}`,
    severity: 'info',
    title: `More than ${Math.round(maxShare * 100)}% of ${name} are free pages`,
    text: 'New entries and jobs use these pages again; the file does not shrink by itself.',
    stops: [],
  };
  return found;
}
