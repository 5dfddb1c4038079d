import { isObject } from '../core/json.ts';
import { shorten } from '../core/shorten.ts';
import type { Line } from '../log-store/line.ts';

/** The text of a line, with the first line of its error unless the text has it. */
export function textOf({ text, fields }: Pick<Line, 'text' | 'fields'>): string {
  const message = isObject(fields.err) && typeof fields.err.message === 'string' ? fields.err.message : '';
  const [cause = ''] = message.trim().split('\n');
  return text.includes(cause) ? text : `${text}: ${shorten(cause)}`;
}
