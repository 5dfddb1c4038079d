import type { HubRow, OutlookFact } from '../core/hub-row.ts';
import { countMissed, describeHeld, describeStandings } from './describe.ts';
import type { ObjectiveContext } from './parts.ts';

type Context = Pick<ObjectiveContext, 'standings'>;

const common = { icon: 'target', href: '/objectives', dirtyOn: ['objectives'] } satisfies Partial<HubRow>;

export const objectivesRow = ({ standings }: Context): HubRow => ({
  ...common,
  hub: 'status',
  position: 20,
  name: 'Objectives',
  load() {
    const all = standings.all();
    const sentence = describeStandings(all);
    const missed = countMissed(all);
    const isBurning = all.some(({ burn }) => burn !== null);
    if (missed > 0) return { sentence, badge: { tone: 'warn', label: `${missed} below target` } };
    return isBurning ? { sentence, badge: { tone: 'warn', label: 'Used up soon' } } : { sentence };
  },
});

/** Absent while there are too few events to judge. */
export const objectivesFact = ({ standings }: Context): OutlookFact => ({
  ...common,
  position: 20,
  load() {
    const all = standings.all();
    const held = describeHeld(all);
    return held === null ? null : { words: [held], ...(countMissed(all) > 0 ? { isWarning: true } : {}) };
  },
});
