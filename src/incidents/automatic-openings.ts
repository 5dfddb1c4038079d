// Opens an incident for an error that lasts, or lets the error join one.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { type Finding, isMuted } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import type { Incident } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import type { Window } from '../window-store/window.ts';
import { countedMs, isSeen, lastsMs, manyIncidents, manyTitle } from './automatic-rules.ts';
import type { ErrorsSince } from './automatic-since.ts';
import { noDetails } from './details.ts';
import type { ListRepository } from './list-repository.ts';
import { ofFinding, type SourceEntry } from './sources.ts';
import type { Writes } from './writes.ts';

const by = systemRequester;

type Given = Pick<Kernel, 'now'> & {
  findings: Pick<Findings, 'causeOf' | 'link'>;
  repository: IncidentRepository;
  lists: ListRepository;
  writes: Writes;
  /** Whether incidents open by themselves for this check. */
  isOn: (checkId: string) => boolean;
  /** The windows that may cover the opening of a finding. Throws what SQLite throws. */
  windows: () => Window[];
  errorsSince: Pick<ErrorsSince, 'of'>;
  /** The start of this process. */
  startedAt: Date;
};

export type AutomaticOpenings = ReturnType<typeof createAutomaticOpenings>;

export function createAutomaticOpenings(given: Given) {
  const { findings, repository, now } = given;

  return {
    /** Opens one for an error that has lasted. `before`: its last incident, which was closed long ago. */
    open(finding: Finding, before: Incident | null): boolean {
      if (!may(finding) || !hasLasted(finding)) return false;
      const cause = findings.causeOf(finding);
      const incident = cause && activeOf(cause);
      if (incident) return joinCause(finding, cause, incident);
      // Waits until the cause has an incident. One that is muted gets none.
      if (cause && may(cause)) return false;
      findings.link(finding, () => openOrJoin(given, finding, before));
      return true;
    },

    may,
    hasLasted,

    /** Whether it counts: this process has seen it, and no maintenance window explains it. */
    isReal: (finding: Finding) => lasts(finding, 0),
  };

  /** A muted error is known, and opens nothing. */
  function may(finding: Finding): boolean {
    const isError = finding.severity === 'error' && finding.cleared_at === null;
    return isError && !isMuted(finding, now()) && given.isOn(finding.check_id);
  }

  function hasLasted(finding: Finding): boolean {
    return lasts(finding, lastsMs);
  }

  function lasts(finding: Finding, ms: number): boolean {
    const since = given.errorsSince.of(finding);
    if (since === null || !isSeen(finding, given.startedAt, now())) return false;
    return countedMs(since, given.windows(), now()) >= ms;
  }

  function activeOf({ incident: number }: Finding): Incident | null {
    const incident = number === null ? null : repository.find(number);
    return incident?.status === 'closed' ? null : incident;
  }

  function joinCause(finding: Finding, cause: Finding, incident: Incident): boolean {
    const { entry } = ofFinding(finding);
    const text = `${entry.text}\nExplained by: ${cause.title}`;
    findings.link(finding, () => join(given, incident, { ...entry, text }));
    return true;
  }
}

/** Part of a transaction. */
function openOrJoin(given: Given, finding: Finding, before: Incident | null): Incident {
  const { details, entry, source, source_ref } = ofFinding(finding);
  if (given.lists.countAutomatic() >= manyIncidents) return joinSeveral(given, entry);
  const seen = before && `Seen before: incident #${before.number}.`;
  const why = ['An error that lasts 5 min opens one.', seen].filter(Boolean).join(' ');
  return given.writes.open({ ...details, source, source_ref }, { by, why, entries: [entry] });
}

function joinSeveral(given: Given, entry: SourceEntry): Incident {
  const { lists, writes } = given;
  const several = lists.several();
  if (several) return join(given, several, entry);
  const why = `${manyIncidents} incidents are open already; further errors join this one.`;
  return writes.open(
    { ...noDetails, title: manyTitle, severity: 2, source: 'finding', source_ref: null },
    { by, why, entries: [entry] },
  );
}

/** Part of a transaction. */
function join({ repository, writes }: Given, { number, status }: Incident, entry: SourceEntry): Incident {
  repository.addEntry(number, { ...entry, actor: by.actor });
  if (status !== 'open') return writes.reopen(number, { by, why: 'One more error lasts.' });
  return repository.get(number);
}
