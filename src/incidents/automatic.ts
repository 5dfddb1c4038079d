// Opens incidents for errors that last, mitigates them once all is clear, and opens them again when their cause comes back. All
// state is stored: findings know their incident, and the timeline says what was seen of them.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { Finding } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { isClearForLong } from './automatic-rules.ts';
import type { Follow } from './follow.ts';
import type { ListRepository } from './list-repository.ts';
import type { Writes } from './writes.ts';

const everyMs = 15_000;

type Given = Pick<Kernel, 'bus' | 'now' | 'untilFree'> & {
  findings: Pick<Findings, 'all'>;
  repository: IncidentRepository;
  lists: ListRepository;
  writes: Writes;
  follow: Follow;
  onError: (error: unknown) => void;
};

export function createAutomatic(given: Given) {
  const { bus, findings, follow, untilFree, onError } = given;
  /** The cleared findings that need nothing more, with the time of their clearing. */
  const settled = new Map<number, string>();
  const loop = createLoop({ everyMs, runOnce, onError });
  const runNow = () => void loop.runNow();

  return {
    /** Looks at all findings once. */
    runOnce,

    start() {
      bus.on('findings', runNow);
      return loop.start();
    },

    stop() {
      bus.off('findings', runNow);
      return loop.stop();
    },
  };

  async function runOnce() {
    let isChanged = false;
    for (const { id, cleared_at } of findings.all()) {
      if (id === null || (cleared_at !== null && settled.get(id) === cleared_at)) continue;
      const isWritten = await attempt(() => follow(id));
      if (isWritten === false && cleared_at !== null) settled.set(id, cleared_at);
      isChanged ||= isWritten === true;
    }
    isChanged = (await attempt(() => mitigateCalm(given))) === true || isChanged;
    if (isChanged) bus.emit('incidents');
  }

  /** The trouble of one finding does not keep the others from theirs. Returns null after an error. */
  async function attempt(work: () => boolean): Promise<boolean | null> {
    try {
      return await untilFree(work);
    } catch (error) {
      onError(error);
      return null;
    }
  }
}

/** Mitigates the open incidents of which all findings were clear for long; returns whether there was one. */
function mitigateCalm({ findings, lists, now, repository, writes }: Given): boolean {
  const byIncident = new Map<number, Finding[]>();
  for (const finding of findings.all()) {
    const { incident } = finding;
    if (incident !== null) byIncident.set(incident, [...(byIncident.get(incident) ?? []), finding]);
  }
  const calm = [...byIncident].filter(([, all]) => all.every((one) => isClearForLong(one, now())));
  const numbers = lists.openAmong(calm.map(([number]) => number));
  const why = 'All findings were clear for 15 min. Only people close it.';
  for (const number of numbers)
    repository.transaction(() => writes.mitigate(number, { by: systemRequester, why }));
  return numbers.length > 0;
}
