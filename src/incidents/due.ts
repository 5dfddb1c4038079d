// The due time of an incident, by its severity.
import type { Config } from '../core/config.ts';
import type { IncidentSeverity } from '../incident-store/incident.ts';

export type DueConfig = Pick<
  Config,
  'incidentDue1Ms' | 'incidentDue2Ms' | 'incidentDue3Ms' | 'incidentDue4Ms'
>;

export const severityWords: Record<IncidentSeverity, string> = {
  1: 'nothing works, or data is at risk',
  2: 'something important does not work',
  3: 'something works less',
  4: 'a nuisance',
};

export function dueAfterMs(config: DueConfig, severity: IncidentSeverity): number {
  const { incidentDue1Ms, incidentDue2Ms, incidentDue3Ms, incidentDue4Ms } = config;
  return { 1: incidentDue1Ms, 2: incidentDue2Ms, 3: incidentDue3Ms, 4: incidentDue4Ms }[severity];
}

/** It is to be mitigated by then. */
export function dueAt(config: DueConfig, severity: IncidentSeverity, openedAt: string): string {
  return new Date(Date.parse(openedAt) + dueAfterMs(config, severity)).toISOString();
}

/** By the id of the check that has found the cause; any other check: 3. */
const severityOfChecks: Record<string, IncidentSeverity> = {
  'audit-chain': 2,
  backups: 2,
  database: 2,
  'database-files': 2,
  'data-folder': 2,
  'disk-space': 2,
};

export const severityOfCheck = (id: string): IncidentSeverity => severityOfChecks[id] ?? 3;
