// Opens incidents for errors that last, mitigates them once all is clear, and opens them again when their cause comes back.
// Findings know their incident, and the timeline records each change of them; only the start of each error is kept in memory.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { Finding } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { isCalm, isOver } from './automatic-rules.ts';
import type { ErrorsSince } from './automatic-since.ts';
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
  errorsSince: Pick<ErrorsSince, 'look'>;
  /** Gets the first error; further ones after a run without any. */
  onError: (error: unknown) => void;
};

export function createAutomatic(given: Given) {
  const { bus, errorsSince, findings, follow, untilFree } = given;
  /** The cleared findings that need nothing more, with the time of their clearing and their incident then. */
  const settled = new Map<number, string>();
  const report = createReport(given.onError);
  const loop = createLoop({ everyMs, runOnce, onError: report.failed });
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
    report.begin();
    errorsSince.look(findings.all());
    const isFollowed = await followAll();
    const isMitigated = await mitigateAll();
    if (isFollowed || isMitigated) bus.emit('incidents');
    report.end();
  }

  async function followAll(): Promise<boolean> {
    let isChanged = false;
    for (const { id, cleared_at, incident } of findings.all()) {
      const state = cleared_at && `${cleared_at} ${incident}`;
      if (id === null || (state !== null && settled.get(id) === state)) continue;
      const isWritten = await attempt(() => follow(id));
      if (isWritten === false && state !== null) settled.set(id, state);
      isChanged ||= isWritten === true;
    }
    return isChanged;
  }

  async function mitigateAll(): Promise<boolean> {
    let isChanged = false;
    for (const number of (await attempt(() => findCalm(given))) ?? []) {
      const isWritten = await attempt(() => mitigate(given, number));
      isChanged ||= isWritten === true;
    }
    return isChanged;
  }

  /** The trouble of one finding or incident does not keep the others from theirs. Returns null after an error. */
  async function attempt<T>(work: () => T): Promise<T | null> {
    try {
      return await untilFree(work);
    } catch (error) {
      report.failed(error);
      return null;
    }
  }
}

/** The numbers of the open incidents of which all findings were clear for long. */
function findCalm({ findings, lists, now }: Given): number[] {
  const byIncident = new Map<number, Finding[]>();
  for (const finding of findings.all()) {
    const { incident } = finding;
    if (incident !== null) byIncident.set(incident, [...(byIncident.get(incident) ?? []), finding]);
  }
  const calm = [...byIncident].filter(([, all]) => isCalm(all, now()));
  return lists.openAmong(calm.map(([number]) => number));
}

/** Returns whether it was over. */
function mitigate({ findings, now, repository, writes }: Given, number: number): boolean {
  const linked = findings.all().filter(({ incident }) => incident === number);
  if (!isOver(linked, repository.entries(number), now())) return false;
  const why = 'All findings were clear for 15 min. Only people close it.';
  repository.transaction(() => writes.mitigate(number, { by: systemRequester, why }));
  return true;
}

/** The log must not fill while ops.db cannot be written. */
function createReport(onError: (error: unknown) => void) {
  let isReported = false;
  let isFailed = false;
  return {
    begin() {
      isFailed = false;
    },
    failed(error: unknown) {
      if (!isReported) onError(error);
      isReported = true;
      isFailed = true;
    },
    end() {
      isReported = isFailed;
    },
  };
}
