import { formatNumber, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { SharedCard } from '../../web/card.ts';
import { describeSheet, type NamedSheet } from '../named-sheets.ts';
import type { SourceContext } from '../parts.ts';

/** The named sheets, with their last jobs. */
export const sourcesCard = ({
  config,
  sheetRuns,
  sourceRepository,
}: Pick<SourceContext, 'config' | 'sheetRuns' | 'sourceRepository'>): SharedCard => ({
  name: 'sources',
  host: 'sources-card',
  path: '/ui/sources/card',
  dirtyOn: ['job'],
  load: () => ({
    sheets: sourceRepository.all().map((source) => viewSheet(describeSheet(config, sheetRuns, source))),
  }),
});

const states = {
  absent: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not there yet' },
  unknown: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Never imported' },
  unchanged: { isQuiet: true, tone: 'ok', icon: 'check', word: 'Unchanged' },
  changed: { isQuiet: false, tone: 'warn', icon: 'tri', word: 'Changed' },
};

function viewSheet(sheet: NamedSheet) {
  const { name, place, lastImport, lastExport, state } = sheet;
  const at = (run: NamedSheet['lastImport']) => run && { number: run.number, at: run.finished_at };
  return {
    name,
    place,
    badge: states[state],
    sentence: describe(sheet),
    imported: at(lastImport),
    exported: at(lastExport),
    canImport: state !== 'absent',
    importUrl: `${url('/sources', { source: name })}#choose`,
    exportUrl: url('/ui/operations/export/confirm', { target: name }),
  };
}

function describe({ name, state, last, rows }: NamedSheet): string {
  if (state === 'absent') return name === 'review' ? 'An export writes it.' : 'Put the CSV files there.';
  if (state === 'unknown') return 'Neither imported nor exported yet.';
  if (state === 'unchanged') return `${plural(rows ?? 0, 'row')}, unchanged since the ${last}.`;
  const then = `A file was saved after the ${last} of ${formatNumber(rows ?? 0)} rows.`;
  return last === 'export'
    ? `${then} Import the changes before you export again.`
    : `${then} Import it again.`;
}
