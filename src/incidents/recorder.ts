// Writes the entry of a change into the timeline, and its audit row. Part of a transaction of its caller.
import type { Requester, Transition } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { type EntryKind, type Incident, incidentTarget } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { incidentActions } from './actions.ts';
import { type EntryWord, writeEntry } from './entry-words.ts';

type Given = Pick<Kernel, 'audit' | 'now' | 'redactor'> & { repository: IncidentRepository };

type Moved = { before: Incident; after: Incident; by: Requester; why: string | null };

const actionOf = {
  mitigated: incidentActions.mitigate,
  closed: incidentActions.close,
  reopened: incidentActions.reopen,
} as const satisfies Partial<Record<EntryWord, object>>;

export type Recorder = ReturnType<typeof createRecorder>;

export function createRecorder({ audit, now, redactor, repository }: Given) {
  return { addEntry, record, moved };

  /** `why`: the further lines of the entry. Returns the incident after the move. */
  function moved(word: keyof typeof actionOf, { before, after, by, why }: Moved): Incident {
    addEntry(after.number, by, 'status', writeEntry(word, why));
    const states = { before: { status: before.status }, after: { status: after.status } };
    record(actionOf[word], after, by, { transition: word === 'reopened' ? 'again' : 'recovered', ...states });
    return after;
  }

  function addEntry(number: number, by: Requester, kind: EntryKind, text: string, ref: string | null = null) {
    // Nothing that people write there may keep a secret.
    const kept = redactor.recordAll({ actor: by.actor, text });
    repository.addEntry(number, { at: now().toISOString(), kind, ref, ...kept });
  }

  function record(
    { name: event }: { name: string },
    { number, title, severity }: Incident,
    by: Requester,
    detail: Record<string, unknown> & { transition?: Transition },
  ) {
    const target = incidentTarget(number);
    audit.record({ event, by, target, outcome: 'ok', detail: { title, severity, ...detail } });
  }
}
