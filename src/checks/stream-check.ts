// Checks that further pages can get live updates.
import type { Check, Found } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';

export const streamHead = { id: 'stream', component: 'stream', title: 'Live updates' };

export function streamCheck({
  config,
  descriptors,
  streamCount,
}: Pick<Kernel, 'config' | 'descriptors' | 'streamCount'>): Check {
  return {
    ...streamHead,
    everySec: 10,
    look() {
      const clients = streamCount();
      const says = plural(clients, 'client');
      if (!descriptors.hasRoomFor('stream')) return { says, found: [full(tooManyFiles)] };
      if (clients < config.maxStreams) return { says, found: [] };
      const text = `${plural(clients, 'page is', 'pages are')} open, which is the limit (CHL_MAX_STREAMS). Close some.`;
      return { says, found: [full(text)] };
    },
  };
}

const tooManyFiles =
  'There are too many files open for another client. Close some pages, or raise the limit of open files.';

function full(text: string): Found {
  return {
    subject: 'full',
    severity: 'warning',
    title: 'Further pages get no live updates',
    text,
    stops: ['live updates of further pages'],
  };
}
