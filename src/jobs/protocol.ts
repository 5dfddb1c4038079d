// The messages that a script sends on file descriptor 3 (CHL_MESSAGE_FD), one JSON object a line, and its exit codes.
import { isObject, parseJson } from '../core/json.ts';

type Text = string | undefined;
export type ProgressMessage = {
  type: 'progress';
  done: number;
  total?: number | undefined;
  phase?: Text;
  note?: Text;
};
export type RowMessage = { type: 'row'; ref?: Text; outcome: string; message?: Text };
export type ResultMessage = { type: 'result'; data: Record<string, unknown> };
/** The reason of an exit code other than 0; becomes the job's failure. */
export type FailureMessage = {
  type: 'failure';
  message: string;
  detail?: Record<string, unknown> | undefined;
};
export type ScriptMessage = ProgressMessage | RowMessage | ResultMessage | FailureMessage;

export const exitCodes = { badInput: 65, temporary: 75 } as const;

/** A longer line is dropped, and not buffered. */
export const messageMaxBytes = 1024 * 1024;

/** Null when the line is not a message. */
export function parseMessage(line: string): ScriptMessage | null {
  const value = parseJson(line);
  return isObject(value) && checks.get(value.type)?.(value) ? (value as ScriptMessage) : null;
}

/** Why a line is not a message, as the end of a sentence that begins with its number. */
export function describeBadMessage(line: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return line.trim() === '' ? 'is empty' : `is not JSON: ${(error as Error).message}`;
  }
  if (!isObject(value)) return 'is not a JSON object';
  const { type } = value;
  const shape = shapes.get(type);
  if (shape) return `does not fit a message of type ${type}: ${shape}`;
  const known = [...shapes.keys()].join(', ');
  if (type === undefined) return `has no "type". Known types: ${known}`;
  return `has the unknown type ${JSON.stringify(type).slice(0, 80)}. Known types: ${known}`;
}

const shapes = new Map<unknown, string>([
  [
    'progress',
    '"done" and "total" are numbers from 0, "phase" and "note" are texts, only "done" is required',
  ],
  ['row', '"outcome", "ref" and "message" are texts, only "outcome" is required'],
  ['result', '"data" is an object'],
  ['failure', '"message" is a text, "detail" an object or absent'],
]);

const checks = new Map<unknown, (message: Record<string, unknown>) => boolean>([
  [
    'progress',
    ({ done, total, phase, note }) =>
      isAmount(done) && optional(total, isAmount) && optional(phase, isText) && optional(note, isText),
  ],
  ['row', (row) => isText(row.outcome) && optional(row.ref, isText) && optional(row.message, isText)],
  ['result', ({ data }) => isObject(data)],
  ['failure', ({ message, detail }) => isText(message) && optional(detail, isObject)],
]);

function optional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
