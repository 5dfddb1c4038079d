// An error that was seen: the parts of its fingerprint, and the texts that its group shows, without secrets.
import { shorten } from '../core/shorten.ts';
import { blank } from './blank.ts';
import type { ErrorSource, Parts } from './fingerprint.ts';

/** The places where it was seen; each is null if it does not apply. */
export type Seen = Parts & {
  /** The thing that failed, if it has no place of its own, and the first line of its message. */
  title: string;
  /** Message, stack or end of the output. */
  text: string;
  at: Date;
  requestId: string | null;
  /** The number of a job. */
  job: number | null;
  worker: string | null;
  /** The id of an entry of the library. */
  entry: string | null;
};

type Given = {
  source: ErrorSource;
  code: string;
  place: string;
  frame: string | null;
  message: string;
  /** By default the first line of the message. */
  title?: string;
  text: string;
  at: Date;
} & Partial<Pick<Seen, 'requestId' | 'job' | 'worker' | 'entry'>>;

const maxTitle = 300;
const maxText = 3000;
const maxName = 100;

export function toSeen({ message, title, text, source, code, place, frame, at, ...where }: Given): Seen {
  const [first = ''] = (title ?? message).trim().split(/[\r\n]/, 1);
  return {
    source,
    code: clean(code.slice(0, maxName)) || 'Error',
    place: clean(place.slice(0, maxName)),
    frame: frame === null ? null : clean(frame.slice(0, maxName)),
    line: clean(blank(message)),
    title: clean(shorten(first, maxTitle)) || clean(code.slice(0, maxName)),
    text: clean(shorten(text, maxText)),
    at,
    requestId: null,
    job: null,
    worker: null,
    entry: null,
    ...where,
  };
}

/** Replaces halves of characters, and NUL, at which SQLite ends the text that it searches. */
const clean = (text: string) => text.replaceAll('\0', '\uFFFD').toWellFormed();
