// A line in the list: its level in words, its links, and its other members.
import { url } from '../../core/url.ts';
import { type Line, levelName } from '../../log-store/line.ts';
import { textOf } from '../line-text.ts';
import { logUrl } from './log-url.ts';

const badges = {
  info: { tone: '', icon: 'info', word: 'Info', isQuiet: true },
  warn: { tone: 'warn', icon: 'tri', word: 'Warning', isQuiet: false },
  error: { tone: 'bad', icon: 'cross', word: 'Error', isQuiet: false },
  fatal: { tone: 'bad', icon: 'cross', word: 'Fatal', isQuiet: false },
};

/** The requests that have a page of their own: slow and failed ones. */
const withPage = ['request.slow', 'request.failed'];

export function viewLine(line: Line) {
  const { id, at, level, request_id, job, route, fields } = line;
  const time = new Date(at);
  const hasPage = withPage.includes(String(fields.event));
  return {
    id,
    at: time.toISOString(),
    badge: badges[levelName(level)],
    text: textOf(line),
    job:
      job === null ? null : { number: job, href: url(`/jobs/${job}`), lines: logUrl({ job: String(job) }) },
    request:
      request_id === null
        ? null
        : {
            id: request_id,
            lines: logUrl({ request: request_id }),
            href: hasPage ? url(`/requests/${request_id}`) : null,
          },
    route: route === null ? null : { name: route, href: logUrl({ text: JSON.stringify(route) }) },
    fields: Object.entries(fields).map(([name, value]) => viewField(name, value)),
  };
}

/** An error is shown as its stack, which begins with its message. */
function viewField(name: string, value: unknown) {
  const { stack } = (value ?? {}) as { stack?: unknown };
  if (typeof stack === 'string') return { name, text: stack, isBlock: true };
  if (typeof value === 'string') return { name, text: value, isBlock: value.includes('\n') };
  return { name, text: JSON.stringify(value, null, 2), isBlock: typeof value === 'object' && value !== null };
}
