// Checks values of flags from people and files: their faults, and changes by somebody else in the meantime.
import type { Edit } from '../core/edit-conflict.ts';
import { type FlagState, formatState } from './flag.ts';
import type { FlagEdit, KnownFlag } from './known-flag.ts';

export const maxNoteLength = 200;

/** Null for a value that a flag may have. */
export function findFault(value: unknown): string | null {
  if (value === null) return null;
  const { is_on, percent, note = null, ...others } = value as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `It has an unknown member ${JSON.stringify(unknown.slice(0, 80))}.`;
  if (typeof is_on !== 'boolean') return 'is_on must be true or false.';
  if (!Number.isInteger(percent) || Number(percent) < 0 || Number(percent) > 100)
    return 'The share is a whole number from 0 to 100.';
  if (note !== null && typeof note !== 'string') return 'The note must be text.';
  if ((note ?? '').length > maxNoteLength) return `The note has over ${maxNoteLength} characters.`;
  return null;
}

/** The text that a form keeps: `on 20`, `off 100`. */
const stateText = ({ is_on, percent }: FlagState): string => `${is_on ? 'on' : 'off'} ${percent}`;

function readStateText(text: string): FlagState {
  const [word, percent] = text.split(' ');
  return { is_on: word === 'on', percent: Number(percent) };
}

/** Checks nothing for a sender that does not say which value it showed. */
export function editOf({ key, to, shown }: FlagEdit, { flag, state, saved }: KnownFlag): Edit[] {
  if (!shown) return [];
  return [
    {
      field: key,
      title: key,
      shown: stateText(shown),
      stored: stateText(state),
      given: stateText(to ?? flag.default),
      change: saved,
      describe: (text) => formatState(readStateText(text)),
    },
  ];
}
