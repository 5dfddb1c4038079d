// Checks that the server does not keep crashing.
import type { Check } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Starts } from './repository.ts';

const hourMs = 3_600_000;

export const restartsHead = { id: 'restarts', component: 'server', title: 'Restarts' };

type Sources = Pick<Kernel, 'config' | 'now'> & { starts: Pick<Starts, 'lostSince'> };

export function restartsCheck({ config, now, starts }: Sources): Check {
  return {
    ...restartsHead,
    everySec: 60,
    look() {
      const lost = starts.lostSince(new Date(now().getTime() - hourMs));
      const says =
        lost === 0 ? 'No crash in the last hour' : `${plural(lost, 'crash', 'crashes')} in the last hour`;
      if (lost < config.checks.restartsPerHour) return { says, found: [] };
      return {
        says,
        found: [
          {
            subject: 'crashes',
            severity: 'error',
            title: 'The server keeps crashing',
            text: `In the last hour at least ${plural(config.checks.restartsPerHour, 'run')} ended without a stop: it was killed, ran out of memory, or failed. Read its log.`,
            stops: [],
          },
        ],
      };
    },
  };
}
