// Checks that lines of the log are kept.
import type { Check, Found } from '../core/check.ts';
import { formatLimit } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { url } from '../core/url.ts';
import type { LogStore } from './log-store.ts';

/** The finding that the log was made again is open for so long. */
const shownMs = 900_000;

export const logStoreHead = { id: 'log-store', component: 'log', title: 'Log' };

type Sources = Pick<Kernel, 'config' | 'now'> & { logStore: Pick<LogStore, 'state'> };

export function logStoreCheck({ config, now, logStore }: Sources): Check {
  return {
    ...logStoreHead,
    everySec: 30,
    dirtyOn: ['log-store'],
    dependsOn() {
      const { file, problem, remade } = logStore.state();
      return JSON.stringify([file === null, problem, remade]);
    },
    look() {
      const { file, problem, remade } = logStore.state();
      const found: Found[] = [];
      if (problem) found.push(notKept(problem));
      if (remade && now().getTime() - remade.at.getTime() < shownMs) found.push(madeAgain(remade));
      if (file === null) return { says: 'The log is not open', found, isUnknown: true };
      return { says: `Kept, at most ${formatLimit(config.keptLogBytes)}`, found };
    },
  };
}

const fix = { href: url('/log'), label: 'Open the log' };

function notKept({ at, text }: { at: Date; text: string }): Found {
  return {
    subject: 'unwritable',
    severity: 'warning',
    title: 'The log is not kept',
    text: `${text} Lines still go to the output of the server, and everything else works.`,
    stops: [],
    fix,
    since: at.toISOString(),
  };
}

function madeAgain({ at, reason }: { at: Date; reason: string }): Found {
  return {
    subject: 'remade',
    severity: 'warning',
    title: 'Earlier lines of the log are lost',
    text: `log.db ${reason}, so it was made again. Measures of requests in it are lost, too; everything else is in other files. This note ends after 15 minutes.`,
    stops: [],
    fix,
    since: at.toISOString(),
  };
}
