// Opens an incident for an error that lasts, or lets the error join one.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { type Finding, isMuted } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import type { Incident } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import type { Window } from '../window-store/window.ts';
import { hasLasted, manyIncidents, manyTitle } from './automatic-rules.ts';
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
};

export type AutomaticOpenings = ReturnType<typeof createAutomaticOpenings>;

export function createAutomaticOpenings(given: Given) {
  const { findings, repository, now } = given;

  return {
    /** Opens one for an error that has lasted. `before`: its last incident, which was closed long ago. */
    open(finding: Finding, before: Incident | null): boolean {
      if (!may(finding) || !lasts(finding)) return false;
      const cause = findings.causeOf(finding);
      if (cause) return joinCause(finding, cause);
      findings.link(finding, () => openOrJoin(given, finding, before));
      return true;
    },

    may,
    hasLasted: lasts,
  };

  /** A muted error is known, and opens nothing. */
  function may(finding: Finding): boolean {
    const isError = finding.severity === 'error' && finding.cleared_at === null;
    return isError && !isMuted(finding, now()) && given.isOn(finding.check_id);
  }

  function lasts(finding: Finding): boolean {
    return hasLasted(finding, given.windows(), now());
  }

  /** Waits until the cause has an incident. */
  function joinCause(finding: Finding, cause: Finding): boolean {
    const incident = cause.incident === null ? null : repository.find(cause.incident);
    if (!incident || incident.status === 'closed') return false;
    const { entry } = ofFinding(finding);
    const text = `${entry.text}\nExplained by: ${cause.title}`;
    findings.link(finding, () => add(given, incident, { ...entry, text }));
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
  if (several) {
    add(given, several, entry);
    if (several.status === 'open') return several;
    return writes.reopen(several.number, { by, why: 'One more error lasts.' });
  }
  const why = `${manyIncidents} incidents are open already; further errors join this one.`;
  return writes.open(
    { ...noDetails, title: manyTitle, severity: 2, source: 'finding', source_ref: null },
    { by, why, entries: [entry] },
  );
}

function add({ repository }: Given, incident: Incident, entry: SourceEntry): Incident {
  repository.addEntry(incident.number, { ...entry, actor: by.actor });
  return incident;
}
