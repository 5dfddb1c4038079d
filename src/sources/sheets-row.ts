import { formatList, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { SourceContext } from './parts.ts';

type Context = Pick<SourceContext, 'sources' | 'sourceStates'>;

/** The named sheets, of which those that cannot be read come first. */
export const sheetsRow = ({ sources, sourceStates }: Context): HubRow => ({
  hub: 'settings',
  position: 10,
  icon: 'sheet',
  name: 'Sheets',
  href: '/sources',
  dirtyOn: ['sources'],
  load() {
    const names = sources.all().map(({ name }) => name);
    const checks = names.flatMap((name) => {
      const state = sourceStates.find(name);
      return state ? [{ name, ...state }] : [];
    });
    const count = plural(names.length, 'sheet');
    const failed = checks.filter(({ status }) => status === 'error').map(({ name }) => name);
    if (failed.length > 0) {
      const verb = failed.length === 1 ? 'fails' : 'fail';
      const badge = { tone: 'bad' as const, label: plural(failed.length, 'error') };
      return { sentence: `${count}. The check of ${formatList(failed)} ${verb}.`, badge };
    }
    const [newest] = checks.sort((one, other) => other.checked_at.localeCompare(one.checked_at));
    if (!newest) return { sentence: `${count}. None was checked yet.` };
    return { sentence: `${count}; ${newest.name} was checked`, at: newest.checked_at };
  },
});
