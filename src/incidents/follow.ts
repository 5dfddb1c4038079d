// Follows one finding: its timeline says when it cleared and came back, and its incident opens again with it.
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { findingTarget } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import type { AutomaticOpenings } from './automatic-openings.ts';
import {
  entriesPerHour,
  isBack,
  isRecent,
  lacksClearing,
  lacksReturn,
  type Linked,
} from './automatic-rules.ts';
import { writeEntry } from './entry-words.ts';
import type { ListRepository } from './list-repository.ts';
import type { Writes } from './writes.ts';

const hourMs = 3_600_000;
const by = systemRequester;

type Given = Pick<Kernel, 'now'> & {
  findings: Pick<Findings, 'find'>;
  repository: IncidentRepository;
  lists: ListRepository;
  writes: Writes;
  openings: AutomaticOpenings;
};

/** Takes the id of a finding; returns whether something was written. */
export type Follow = ReturnType<typeof createFollow>;

export function createFollow({ findings, lists, now, openings, repository, writes }: Given) {
  return (id: number): boolean => {
    const finding = findings.find(id);
    if (!finding) return false;
    const incident = finding.incident === null ? null : repository.find(finding.incident);
    if (!incident) return openings.open(finding, null);
    const entries = lists.entriesOf(incident.number, findingTarget(id));
    return followLinked({ incident, finding, entries });
  };

  function followLinked(linked: Linked): boolean {
    const { incident, finding } = linked;
    if (lacksClearing(linked)) return repository.transaction(() => addClearing(linked));
    if (incident.status === 'open')
      return lacksReturn(linked) && hasRoom(linked) && repository.transaction(() => addReturn(linked));
    if (!isBack(linked) || !openings.may(finding)) return false;
    if (incident.status === 'mitigated') return openings.isReal(finding) && reopen(linked);
    if (!openings.hasLasted(finding)) return false;
    return isRecent(incident, now()) ? reopen(linked) : openings.open(finding, incident);
  }

  function reopen(linked: Linked): boolean {
    return repository.transaction(() => {
      addReturn(linked);
      writes.reopen(linked.incident.number, { by, why: `Its cause is back: ${linked.finding.title}` });
      return true;
    });
  }

  function addClearing(linked: Linked): boolean {
    return addFinding(linked, linked.finding.cleared_at ?? now().toISOString(), 'findingCleared');
  }

  function addReturn(linked: Linked): boolean {
    return addFinding(linked, now().toISOString(), 'findingBack');
  }

  function addFinding(
    { incident, finding }: Linked,
    at: string,
    word: 'findingCleared' | 'findingBack',
  ): boolean {
    const entry = { at, actor: by.actor, kind: 'finding', ref: findingTarget(finding.id) } as const;
    repository.addEntry(incident.number, { ...entry, text: writeEntry(word, finding.title) });
    return true;
  }

  /** One that comes and goes must not fill the timeline; its next return has an entry again. */
  function hasRoom({ entries }: Linked): boolean {
    const since = new Date(now().getTime() - hourMs).toISOString();
    return entries.filter(({ at }) => at >= since).length < entriesPerHour;
  }
}
