import type { HubRow } from '../core/hub-row.ts';

/** The server does not know which browsers show notices. */
export const noticesRow: HubRow = {
  hub: 'settings',
  position: 55,
  icon: 'live',
  name: 'Notices',
  href: '/settings/notices',
  dirtyOn: [],
  load: () => ({ sentence: 'Browser notifications of the news. Each browser is switched on by itself.' }),
};
