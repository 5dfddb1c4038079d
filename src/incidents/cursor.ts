// The cursor of a list of incidents: the place of its last one.
import { invalidArguments } from '../core/arguments.ts';
import type { Incident } from '../incident-store/incident.ts';
import type { IncidentCursor } from './list-repository.ts';

export const cursorOf = ({ status, severity, number }: Incident): string =>
  writeCursor({ isClosed: status === 'closed', severity, number });

export const writeCursor = ({ isClosed, severity, number }: IncidentCursor): string =>
  `${isClosed ? 'closed' : 'active'}~${severity}~${number}`;

/** Throws `invalid_arguments`. */
export function readCursor(text: string | undefined): IncidentCursor | null {
  if (text === undefined) return null;
  const [, group, severity, number] = /^(active|closed)~([1-4])~(\d{1,15})$/.exec(text) ?? [];
  if (group) return { isClosed: group === 'closed', severity: Number(severity), number: Number(number) };
  throw invalidArguments([
    { field: 'cursor', message: 'cursor: take it from `next_cursor` of the page before.' },
  ]);
}
