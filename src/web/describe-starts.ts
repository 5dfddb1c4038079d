// The sentence about the starts of the server that a chart marks.
import { formatNumber, plural } from '../core/format.ts';
import { clockOf } from './template-globals.ts';

/** `isAfterLoss`: the run before it crashed or was killed. */
export type StartOfServer = { at: string; isAfterLoss: boolean };

/** "The server started at 13:02, after a run that was lost." Null without a start. */
export function describeStarts(starts: StartOfServer[]): string | null {
  const last = starts.at(-1);
  if (!last) return null;
  const clock = clockOf(new Date(last.at)).slice(0, 'HH:MM'.length);
  const lost = starts.filter(({ isAfterLoss }) => isAfterLoss).length;
  if (starts.length === 1)
    return `The server started at ${clock}${lost ? ', after a run that was lost' : ''}.`;
  const loss = lost
    ? `, ${lost === starts.length ? 'each' : formatNumber(lost)} after a run that was lost`
    : '';
  return `The server started ${plural(starts.length, 'time')}, the last at ${clock}${loss}.`;
}
