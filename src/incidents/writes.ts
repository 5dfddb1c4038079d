// The writes of incidents: each is the change, its entry in the timeline and its audit row. Part of a transaction of the caller.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import {
  activeStatuses,
  type Details,
  type EntryKind,
  type Incident,
  type IncidentStatus,
  type NewIncident,
} from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { incidentActions } from './actions.ts';
import { differences } from './details.ts';
import { dueAt, type DueConfig } from './due.ts';
import { writeEntry } from './entry-words.ts';
import type { Recorder } from './recorder.ts';
import type { SourceEntry } from './sources.ts';

type Given = Pick<Kernel, 'now' | 'redactor'> & {
  config: DueConfig;
  repository: IncidentRepository;
  recorder: Recorder;
};

export type Writes = ReturnType<typeof createWrites>;

export type Opening = Details & Pick<NewIncident, 'source' | 'source_ref'>;

/** `why`: further lines of the entry. */
type Move = { by: Requester; why?: string | null };

const open = ['open'] as const satisfies IncidentStatus[];
const ended = ['mitigated', 'closed'] as const satisfies IncidentStatus[];

export function createWrites(given: Given) {
  const { config, now, redactor, repository, recorder } = given;
  return {
    /** `entries`: of its cause, before the one of the opening. */
    open(wanted: Opening, { by, why = null, entries = [] }: Move & { entries?: SourceEntry[] }): Incident {
      const at = now().toISOString();
      const due_at = dueAt(config, wanted.severity, at);
      const incident = repository.insert({
        ...wanted,
        opened_at: at,
        opened_by: redactor.record(by.actor),
        due_at,
      });
      const { number, severity, services, source, source_ref } = incident;
      for (const entry of entries) repository.addEntry(number, { actor: by.actor, ...entry });
      recorder.addEntry(number, by, 'status', writeEntry('opened', `Severity ${severity}`, why));
      const after = { severity, services, source, source_ref };
      recorder.record(incidentActions.open, incident, by, { transition: 'first', after });
      return incident;
    },

    /** Each move throws `not_found`, and `wrong_state`. */
    mitigate(number: number, { by, why = null }: Move): Incident {
      const before = repository.get(number);
      const after = repository.mitigate(number, open, now().toISOString());
      if (!after) throw wrongState(before, 'It can be mitigated while it is open.');
      return recorder.moved('mitigated', { before, after, by, why });
    },

    close(number: number, { by, resolution }: Move & { resolution: string }): Incident {
      const before = repository.get(number);
      const after = repository.close(number, activeStatuses, now().toISOString(), resolution);
      if (!after) throw wrongState(before, 'To add to it, write a note, or open it again.');
      return recorder.moved('closed', { before, after, by, why: resolution });
    },

    reopen(number: number, { by, why = null }: Move): Incident {
      const before = repository.get(number);
      const after = repository.reopen(number, ended);
      if (!after) throw wrongState(before, 'It can be opened again once it is mitigated or closed.');
      return recorder.moved('reopened', { before, after, by, why });
    },

    change: (before: Incident, details: Details, by: Requester) => change(given, before, details, by),

    note(number: number, kind: EntryKind, text: string, by: Requester): Incident {
      const incident = repository.get(number);
      recorder.addEntry(number, by, kind, text);
      recorder.record(incidentActions.entry, incident, by, { kind, text });
      return incident;
    },
  };
}

/** Changes the details. The due time goes by the severity, from the opening on. */
function change({ config, repository, recorder }: Given, before: Incident, details: Details, by: Requester) {
  const { number, severity, opened_at } = before;
  const changed = differences(before, details);
  if (changed.names.length === 0) return before;
  const isOther = details.severity !== severity;
  const due_at = isOther ? dueAt(config, details.severity, opened_at) : before.due_at;
  const after = repository.change(number, { ...details, due_at });
  const words = `${severity}, now ${after.severity}`;
  if (isOther) recorder.addEntry(number, by, 'severity', writeEntry('severity', words, by.reason));
  const others = changed.names.filter((name) => name !== 'Severity');
  if (others.length > 0) recorder.addEntry(number, by, 'status', writeEntry('changed', others.join(', ')));
  recorder.record(incidentActions.change, after, by, { before: changed.before, after: changed.after });
  return after;
}

function wrongState({ number, status }: Incident, next: string): AppError {
  return new AppError('wrong_state', `Incident #${number} is ${status}. ${next}`, { number, status });
}
