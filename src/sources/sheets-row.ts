import { formatList, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import { findProblem } from './named-sheets.ts';
import type { SourceContext } from './parts.ts';

type Context = Pick<SourceContext, 'headerReads' | 'sheetRuns' | 'sources' | 'sourceStates'>;

/** The named sheets, of which those that cannot be read come first. */
export const sheetsRow = (ctx: Context): HubRow => ({
  hub: 'settings',
  position: 10,
  icon: 'sheet',
  name: 'Sheets',
  href: '/sources',
  dirtyOn: ['job', 'sources'],
  load() {
    const sheets = ctx.sources.all();
    const checks = sheets.flatMap(({ name }) => {
      const state = ctx.sourceStates.find(name);
      return state ? [{ name, ...state }] : [];
    });
    const count = plural(sheets.length, 'sheet');
    const unreadable = sheets.filter((sheet) => findProblem(ctx, sheet)).map(({ name }) => name);
    if (unreadable.length > 0) {
      const badge = { tone: 'bad' as const, label: plural(unreadable.length, 'error') };
      return { sentence: `${count}. ${formatList(unreadable)} cannot be read.`, badge };
    }
    const [newest] = checks.sort((one, other) => other.checked_at.localeCompare(one.checked_at));
    if (!newest) return { sentence: `${count}. None was checked yet.` };
    return { sentence: `${count}; ${newest.name} was checked`, at: newest.checked_at };
  },
});
