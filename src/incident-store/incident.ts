// An incident: trouble that people look after, with a timeline to which entries are only added.
import { AppError } from '../core/errors.ts';

export const incidentStatuses = ['open', 'mitigated', 'closed'] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** 1 is the most severe. */
export const incidentSeverities = [1, 2, 3, 4] as const;
export type IncidentSeverity = (typeof incidentSeverities)[number];

export const incidentSources = ['hand', 'finding', 'job', 'error'] as const;
type IncidentSource = (typeof incidentSources)[number];

export const entryKinds = ['note', 'status', 'severity', 'link', 'finding', 'job'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** Times are ISO 8601. `source_ref`: the cause as an audit target, such as `finding:12`. `runbook`: a slug. `due_at`: it is to
 *  be mitigated by then. */
export type Incident = {
  number: number;
  title: string;
  severity: IncidentSeverity;
  status: IncidentStatus;
  summary: string;
  services: string[];
  tags: string[];
  owner: string | null;
  source: IncidentSource;
  source_ref: string | null;
  runbook: string | null;
  opened_at: string;
  opened_by: string;
  mitigated_at: string | null;
  closed_at: string | null;
  due_at: string;
  resolution: string | null;
};

/** The fields that people edit. */
export type Details = Pick<
  Incident,
  'title' | 'severity' | 'summary' | 'services' | 'tags' | 'owner' | 'runbook'
>;

export type NewIncident = Details &
  Pick<Incident, 'source' | 'source_ref' | 'opened_at' | 'opened_by' | 'due_at'>;

/** `ref`: the thing that it names, as an audit target: `run:14`. */
export type NewEntry = { at: string; actor: string; kind: EntryKind; text: string; ref: string | null };
export type Entry = NewEntry & { seq: number };

export const incidentTarget = (number: number | string): string => `incident:${number}`;

/** Not closed. */
export const activeStatuses = ['open', 'mitigated'] as const satisfies IncidentStatus[];

/** Its mitigation came after the due time, or has not come although that is over. */
export function isOverdue({ mitigated_at, due_at }: Pick<Incident, 'mitigated_at' | 'due_at'>, now: Date) {
  return (mitigated_at ?? now.toISOString()) > due_at;
}

/** From the opening to the mitigation; 0 if the clock was set back between them, null before the mitigation. */
export function tookMs({ opened_at, mitigated_at }: Pick<Incident, 'opened_at' | 'mitigated_at'>) {
  return mitigated_at === null ? null : Math.max(0, Date.parse(mitigated_at) - Date.parse(opened_at));
}

export function unknownIncident(number: number | string): AppError {
  return new AppError('not_found', `There is no incident #${number}.`);
}
