// The messages that a script sends on file descriptor 3 (CHL_MESSAGE_FD), one JSON object a line, and its exit codes.
import { isObject, parseJson } from '../core/json.ts';
import { shorten } from '../core/shorten.ts';
import { isReported, type ReportedUsage, reportedItems } from '../cost-store/usage-item.ts';

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
/** Added to the usage of the day. */
export type UsageMessage = { type: 'usage' } & ReportedUsage;
type StatementsMessage = { type: 'statements'; items: unknown[] };
type Report = ProgressMessage | RowMessage | StatementsMessage | UsageMessage;
export type ScriptMessage = Report | ResultMessage | FailureMessage;

export const exitCodes = { badInput: 65, temporary: 75 } as const;

/** A longer line is dropped, and not buffered. */
export const messageMaxBytes = 1024 * 1024;

/** Null when the line is not a message. */
export function parseMessage(line: string): ScriptMessage | null {
  const value = parseJson(line);
  const fields = isObject(value) ? shapes.get(value.type) : undefined;
  return fields && !findFault(value as Message, fields) ? (value as ScriptMessage) : null;
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
  const fields = shapes.get(value.type);
  const fault = fields && findFault(value, fields);
  if (fault) {
    const { name, expected } = fault;
    const found = value[name] === undefined ? `no "${name}"` : `${preview(value[name])} as "${name}"`;
    return `has ${found} in a message of type ${value.type}; expected: ${expected}`;
  }
  const known = [...shapes.keys()].join(', ');
  if (value.type === undefined) return `has no "type". Known types: ${known}`;
  return `has the unknown type ${preview(value.type)}. Known types: ${known}`;
}

type Message = Record<string, unknown>;
type Field = { name: string; expected: string; isRight: (value: unknown) => boolean; isOptional?: true };

const amount = (name: string): Field => ({ name, expected: 'a number from 0', isRight: isAmount });
const text = (name: string): Field => ({ name, expected: 'a text', isRight: isText });
const object = (name: string): Field => ({ name, expected: 'an object', isRight: isObject });
const usedItem = { name: 'item', expected: `one of ${reportedItems.join(', ')}`, isRight: isReported };
const estimate = { name: 'is_estimate', expected: 'true or false', isRight: isBoolean };
const optional = (field: Field): Field => ({ ...field, isOptional: true });

const shapes = new Map<unknown, Field[]>([
  ['progress', [amount('done'), optional(amount('total')), optional(text('phase')), optional(text('note'))]],
  ['row', [text('outcome'), optional(text('ref')), optional(text('message'))]],
  ['result', [object('data')]],
  ['failure', [text('message'), optional(object('detail'))]],
  ['usage', [usedItem, amount('quantity'), optional(estimate)]],
  ['statements', [{ name: 'items', expected: 'a list', isRight: Array.isArray }]],
]);

/** The first field that is wrong; an optional one may be absent, but not null. */
function findFault(message: Message, fields: Field[]): Field | undefined {
  return fields.find(({ name, isRight, isOptional }) => {
    const value = message[name];
    return value === undefined ? !isOptional : !isRight(value);
  });
}

function preview(value: unknown): string {
  // JSON has no infinite numbers.
  return typeof value === 'number' ? String(value) : shorten(JSON.stringify(value), 80);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
