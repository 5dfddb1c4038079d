// Checks that no objective uses its allowance at a pace that would soon have used it up.
import type { Check, Found } from '../core/check.ts';
import type { ObjectiveName } from '../objective-store/declared.ts';
import type { Burn } from './burn.ts';
import { describeAllowance, describeStandings, formatPace } from './describe.ts';
import type { Standing } from './standing.ts';
import type { Standings } from './standings.ts';

export const objectivesHead = { id: 'objectives', component: 'objectives', title: 'Objectives' };

type Said = { severity: Burn['severity']; usedUpInSec: number };
/** A finding is stored and sent again when its text changes: the pace is said anew when it is so many times faster or slower. */
const changedTimes = 2;

export function objectivesCheck({ standings }: { standings: Pick<Standings, 'all'> }): Check {
  const said = new Map<string, Said>();
  return {
    ...objectivesHead,
    everySec: 30,
    dirtyOn: ['objectives'],
    look() {
      const all = standings.all();
      return { says: describeStandings(all), found: all.flatMap((one) => findingOf(one, said) ?? []) };
    },
  };
}

function findingOf({ definition: { name }, value, burn }: Standing, said: Map<string, Said>): Found | null {
  if (!burn) {
    said.delete(name);
    return null;
  }
  const before = said.get(name);
  const now = before && isLike(before, burn) ? before : saidOf(burn);
  said.set(name, now);
  const { title, text, fix, causedBy } = words[name];
  return {
    subject: name,
    component: `objective:${name}`,
    severity: burn.severity,
    title,
    text: `At this pace ${describeAllowance(value.window_days)} is used up in ${formatPace(now.usedUpInSec)}. ${text}`,
    stops: [],
    fix,
    causedBy,
  };
}

const saidOf = ({ severity, used_up_in_sec }: Burn): Said => ({ severity, usedUpInSec: used_up_in_sec });

function isLike(said: Said, { severity, used_up_in_sec }: Burn): boolean {
  const times = said.usedUpInSec / used_up_in_sec;
  return said.severity === severity && times < changedTimes && times > 1 / changedTimes;
}

type Words = Required<Pick<Found, 'title' | 'text' | 'causedBy'>> & { fix: NonNullable<Found['fix']> };

const requests = { href: '/requests', label: 'See requests' };

const words: Record<ObjectiveName, Words> = {
  up: {
    title: 'The server is down too often',
    text: 'Look at how its last runs have ended.',
    fix: { href: '/settings/about', label: 'See starts' },
    causedBy: ['restarts'],
  },
  answers: {
    title: 'Too many requests fail',
    text: 'Look at the errors and the routes that fail.',
    fix: requests,
    causedBy: ['database', 'disk-space', 'data-folder'],
  },
  fast: {
    title: 'Too many pages are slow',
    text: 'Look at the slowest routes.',
    fix: requests,
    causedBy: ['event-loop'],
  },
  search: {
    title: 'Too many searches are slow or fail',
    text: 'Look at the search routes, the index and the embedder.',
    fix: requests,
    causedBy: ['index', 'embedding-outage', 'embedder'],
  },
  jobs: {
    title: 'Too many jobs fail',
    text: 'Look at the failed jobs.',
    fix: { href: '/jobs?status=failed', label: 'See failed jobs' },
    causedBy: [],
  },
  fresh: {
    title: 'The index is behind the library for too long',
    text: 'Look at the index and the workers.',
    fix: { href: '/operations', label: 'See index and workers' },
    causedBy: ['index', 'workers', 'queue', 'embedding-outage'],
  },
};
