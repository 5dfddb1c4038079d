import { formatList, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { NamedHealth } from './health.ts';
import type { SourceContext } from './parts.ts';

type Context = Pick<SourceContext, 'sourceHealth' | 'sources' | 'sourceStates'>;

/** The named sheets, of which those that are not well come first. */
export const sheetsRow = (ctx: Context): HubRow => ({
  hub: 'settings',
  position: 10,
  icon: 'sheet',
  name: 'Sheets',
  href: '/sources',
  dirtyOn: ['job', 'sources', 'schedules', 'settings'],
  load() {
    const healths = ctx.sourceHealth.all();
    const count = plural(healths.length, 'sheet');
    const errors = healths.filter(({ state }) => state === 'error');
    if (errors.length > 0) {
      const badge = { tone: 'bad' as const, label: plural(errors.length, 'error') };
      return { sentence: `${count}. ${explain(errors)}`, badge };
    }
    const stale = healths.filter(({ state }) => state === 'stale');
    if (stale.length > 0) {
      const badge = { tone: 'warn' as const, label: `${stale.length} stale` };
      return { sentence: `${count}. ${explain(stale)}`, badge };
    }
    const checks = ctx.sources.all().flatMap(({ name }) => {
      const state = ctx.sourceStates.find(name);
      return state ? [{ name, ...state }] : [];
    });
    const [newest] = checks.sort((one, other) => other.checked_at.localeCompare(one.checked_at));
    if (!newest) return { sentence: `${count}. None was checked yet.` };
    return { sentence: `${count}; ${newest.name} was checked`, at: newest.checked_at };
  },
});

/** The reason of one, or the names of several. */
function explain(healths: NamedHealth[]): string {
  const [first, ...others] = healths;
  if (first && others.length === 0) return `${first.name}: ${first.reason}`;
  return `${formatList(healths.map(({ name }) => name))} need you.`;
}
