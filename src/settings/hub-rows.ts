// The rows of settings on the hub.
import { plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import { groups } from '../core/settings/setting.ts';
import type { SettingContext } from './parts.ts';

type Context = Pick<SettingContext, 'settings'>;

const common = { hub: 'settings', icon: 'sliders', dirtyOn: ['settings', 'operations'] } as const;

export const limitsRow = ({ settings }: Context): HubRow => ({
  ...common,
  dirtyOn: [...common.dirtyOn],
  position: 40,
  name: 'Limits',
  href: '/settings/limits',
  load() {
    const shown = settings.all().filter(({ setting }) => groups[setting.group].href === '/settings/limits');
    const differing = shown.filter(({ source }) => source !== 'default').length;
    if (differing === 0) return { sentence: `${plural(shown.length, 'value')}, all at their default.` };
    const verb = differing === 1 ? 'differs' : 'differ';
    return { sentence: `${differing} of ${plural(shown.length, 'value')} ${verb} from the default.` };
  },
});

export const valuesRow = ({ settings }: Context): HubRow => ({
  ...common,
  dirtyOn: [...common.dirtyOn],
  icon: 'lines',
  position: 85,
  name: 'All values',
  href: '/settings/values',
  load() {
    const all = settings.all();
    const count = (...wanted: string[]) => all.filter(({ source }) => wanted.includes(source)).length;
    const counts = `${count('environment', '.env')} from the environment, ${count('saved')} saved here, ${count('default')} default`;
    const waiting = all.filter(({ needsRestart }) => needsRestart).length;
    const sentence = `${plural(all.length, 'value')}: ${counts}.`;
    if (waiting === 0) return { sentence };
    return {
      sentence,
      badge: { tone: 'warn', label: `${plural(waiting, 'value')} need${waiting === 1 ? 's' : ''} a restart` },
    };
  },
});
