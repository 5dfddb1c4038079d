import { version } from '../core/config.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { StartContext } from './parts.ts';

type Context = Pick<StartContext, 'build' | 'starts' | 'startRecord'>;

export const aboutRow = ({ build, starts, startRecord }: Context): HubRow => ({
  hub: 'settings',
  position: 100,
  icon: 'info',
  name: 'About',
  href: '/settings/about',
  dirtyOn: [],
  load() {
    const from = build.commit ? ` from ${build.commit.slice(0, 7)}` : '';
    const program = `Version ${version}${from}. Node ${process.versions.node}, SQLite ${starts.sqliteVersion()}`;
    return { sentence: `${program}. Started`, at: startRecord.startedAt };
  },
});
