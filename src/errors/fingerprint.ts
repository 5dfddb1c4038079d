// The fingerprint of an error: the parts that are the same each time the error occurs.
import { createHash } from 'node:crypto';
import { foldPlurals } from './blank.ts';

export const errorSources = ['server', 'job', 'worker'] as const;
export type ErrorSource = (typeof errorSources)[number];

/** The parts that a fingerprint is made of. */
export type Parts = {
  source: ErrorSource;
  /** The code of the failure, or the name of the error. */
  code: string;
  /** A route pattern, an operation, or what the server was doing. */
  place: string;
  /** The first frame of own code, as function and file without a line number. */
  frame: string | null;
  /** The first line of the message without its varying parts. */
  line: string;
};

export function fingerprintOf({ source, code, place, frame, line }: Parts): string {
  return createHash('sha256')
    .update(JSON.stringify([source, code, place, frame, foldPlurals(line)]))
    .digest('hex');
}
