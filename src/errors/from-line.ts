// Errors of the server and the ends of workers, as the kept lines of the log report them.
import { isObject, parseJson } from '../core/json.ts';
import type { KeptLine, Log } from '../core/log.ts';
import type { Redactor } from '../core/redaction.ts';
import { levels } from '../log-store/line.ts';
import { placeOf } from '../log-store/place.ts';
import { firstOwnFrame } from './frames.ts';
import { seenLost } from './from-worker.ts';
import { type Seen, toSeen } from './seen.ts';

/** Marks the lines that say that errors cannot be counted: counting them would not end. */
const notCounted = 'errors.not_counted';

/** A lost worker is reported once more than its end. */
const workerCodes: Record<string, string> = {
  'worker.lost': 'worker_lost',
  'worker.gave_up': 'worker_gave_up',
};
/** Says no more than the route of a request. */
const requestFailed = 'request failed';
/** The next step of the server (“; tried again soon”) is cut from the title. */
const triedAgain = /; tried again\b.*$/;
/** The event of a request that failed; the line has a code if its error has no line of its own. */
const failedRequest = 'request.failed';
const events = [failedRequest, 'worker.lost'].map((name) => `"event":"${name}"`);
const uninteresting = new Set([notCounted, 'worker.ended']);

/** Whether a line may report an error. Its text is not parsed, since there may be a flood of warnings. */
export function mayReportError({ level, text }: KeptLine): boolean {
  return level >= levels.error || events.some((event) => text.includes(event));
}

/** Null for a line that reports no error. `root`: the folder of this program. */
export function seenInLine(
  { text, error: given }: KeptLine,
  { record }: Pick<Redactor, 'record'>,
  root: string,
): Seen | null {
  const line = parseJson(text);
  if (!isObject(line)) return null;
  const event = textOf(line.event);
  if (event !== null && uninteresting.has(event)) return null;
  if (event === failedRequest) return seenInAnswer(line);
  const at = new Date(Number(line.time));
  const message = textOf(line.msg) ?? '';
  const workerCode = event === null ? undefined : workerCodes[event];
  if (workerCode !== undefined) return seenLost(textOf(line.worker) ?? '', { code: workerCode, message, at });
  if (given === undefined || line.err === undefined) return null;
  const { message: reason, stack } = describeError(line.err);
  const what = message.replace(triedAgain, '');
  const place = placeOf(line) ?? textOf(line.operation);
  const title = what === requestFailed || reason === '' ? reason || what : `${what}: ${reason}`;
  return toSeen({
    source: 'server',
    code: record(codeOf(given)),
    place: place ?? what,
    frame: firstOwnFrame(stackOf(given), root),
    title,
    message: place === null ? reason || what : title,
    text: stack ?? reason,
    at,
    requestId: textOf(line.request_id),
    job: typeof line.number === 'number' ? line.number : null,
  });
}

/** A request that the server could not answer because of its own state, such as a busy database or a full disk. */
function seenInAnswer(line: Record<string, unknown>): Seen | null {
  const code = textOf(line.code);
  const reason = textOf(line.reason) ?? '';
  if (code === null) return null;
  return toSeen({
    source: 'server',
    code,
    place: placeOf(line) ?? '',
    frame: null,
    message: reason,
    text: reason,
    at: new Date(Number(line.time)),
    requestId: textOf(line.request_id),
  });
}

/** The code of the error or of its nearest cause that has one; else the name of the error. */
function codeOf(given: unknown): string {
  for (let one = given, depth = 0; isObject(one) && depth < 10; one = one.cause, depth += 1)
    if (typeof one.code === 'string' && one.code !== '') return one.code;
  return given instanceof Error ? given.name : 'Error';
}

/** The log has written it without secrets, and its message with those of its causes. */
function describeError(written: unknown): { message: string; stack: string | null } {
  if (!isObject(written)) return { message: String(written), stack: null };
  return { message: textOf(written.message) ?? '', stack: textOf(written.stack) };
}

const stackOf = (given: unknown) => (given instanceof Error ? (given.stack ?? '') : '');
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

/** Logs that errors are not counted, with the mark that keeps this line from being counted itself. */
export const reportNotCounted = (log: Log, err: unknown) =>
  log.error({ err, event: notCounted }, 'errors could not be counted; tried again');
