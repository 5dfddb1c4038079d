// The switch of browser notices. This browser alone keeps it, so it is for one server and one person. The module of the
// notices is loaded only where it is on.
import { url } from './url.js';

/** A server has a storage of its own, by its port; below one port, the base path tells servers apart. */
export const storageName = (part) => `chl-notices-${part} ${url('/')}`;

export const areNoticesOn = () => localStorage.getItem(storageName('on')) !== null;

/** Another tab may switch them on. */
export function watchNoticeSwitch() {
  load();
  addEventListener('storage', ({ key }) => {
    if (key === storageName('on')) load();
  });
}

function load() {
  if (areNoticesOn()) void import('./notices.js');
}
