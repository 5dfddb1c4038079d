// The view models of the page of one request, and of the page of one job.
import { formatBytes, formatMs, formatNumber, formatPercent, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { describeRoute } from '../../requests/describe.ts';
import type { StatementTotals } from '../../log-store/statement-repository.ts';
import type { KeptSpan, KeptTrace } from '../../log-store/trace-repository.ts';
import type { Phase, ReadTrace } from '../read-trace.ts';
import {
  databaseOf,
  percentOf,
  slowPart,
  slowRest,
  titleOf,
  viewRows,
  viewShares,
} from './describe-parts.ts';

/** `counts`: of the statement that was the slow part, in 24 hours. */
export function viewRequest(trace: ReadTrace, others: KeptTrace[], counts: StatementTotals | null) {
  const slow = slowPart(trace);
  const { method, route, address, status, ms, bytes } = trace;
  return {
    ...viewFacts(trace),
    title: `${method} ${address}`,
    route: describeRoute(method ?? '', route),
    status,
    isBad: (status ?? 0) >= 500,
    kept: describeKept(trace),
    isTraced: trace.is_traced,
    answer: bytes === null ? String(status) : `${status}, ${formatBytes(bytes)}`,
    actor: trace.actor ?? 'an unidentified sender',
    shares: trace.is_traced ? viewShares(trace) : null,
    rows: viewRows(trace, slow),
    parts: plural(trace.spans.length + trace.left_out, 'part'),
    leftOut: trace.left_out === 0 ? null : `${plural(trace.left_out, 'further part')} not listed`,
    slow: slow ? viewSlow(slow, ms, counts) : trace.is_traced ? viewRest(trace) : null,
    others: others.map(viewListed),
  };
}

/** One row of a list of requests. */
export function viewListed(trace: KeptTrace) {
  const { id, method, address, status, ms } = trace;
  return {
    href: url(`/requests/${id}`),
    name: `${method} ${address}`,
    status,
    isBad: (status ?? 0) >= 500,
    took: formatMs(ms),
    at: new Date(trace.at).toISOString(),
    kept: describeKept(trace),
  };
}

/** `operation`: its title. */
export function viewJob(trace: ReadTrace, operation: string) {
  const { spans, job } = trace;
  const phases = withStart(trace);
  const taken = phases.map(({ seconds }) => seconds);
  const longest = Math.max(...taken);
  return {
    ...viewFacts(trace),
    number: Number(job),
    operation,
    status: trace.job_status,
    jobHref: url(`/jobs/${job}`),
    phases: phases.map(({ name, seconds, started_at }) => ({
      name,
      start: formatMs(Date.parse(started_at) - trace.at),
      took: formatMs(seconds * 1000),
      x: percentOf(Date.parse(started_at) - trace.at, trace.ms),
      width: percentOf(Math.max(seconds * 1000, trace.ms / 250), trace.ms),
      isSlow: seconds === longest && taken.length > 1,
    })),
    statements: spans.map(viewStatement),
    problem: trace.problem,
  };
}

/** Before its first phase a script loads and looks at its arguments. */
function withStart({ at, phases }: ReadTrace): Phase[] {
  const [first] = phases ?? [];
  const seconds = first ? (Date.parse(first.started_at) - at) / 1000 : 0;
  const start = { name: 'Starting the script', started_at: new Date(at).toISOString(), seconds };
  return seconds > 0 ? [start, ...(phases ?? [])] : (phases ?? []);
}

function viewFacts({ id, at, ms, job, trace_id: traceId, parent_id: parent }: ReadTrace) {
  return {
    id,
    at: new Date(at).toISOString(),
    took: formatMs(ms),
    traceId,
    begunBy: parent === null ? 'started here' : `started by another program (part ${parent})`,
    log: url('/log', job === null ? { request: id } : { job: String(job) }),
    json: url(`/api/v1/requests/${id}`),
  };
}

const reasons = { failed: 'failed', slow: 'slow', sampled: 'picked', job: 'a job' };

/** `slow, traced`; a request is picked by the flag, by a person who traces all, or by the program that sent it. The flag may
 *  also pick one within a trace whose sender has not picked it. */
function describeKept({ kept, is_traced: isTraced, parent_id: parent }: KeptTrace): string {
  if (kept === 'sampled')
    return parent === null ? 'picked for tracing' : 'part of a trace of another program';
  return `${reasons[kept]}${isTraced ? ', traced' : '; not traced, route and time only'}`;
}

function viewSlow(part: KeptSpan, ms: number, counts: StatementTotals | null) {
  return {
    name: titleOf(part),
    took: formatMs(part.us / 1000),
    share: formatPercent(part.us, Math.max(part.us, ms * 1000)),
    read: part.rows === null ? null : plural(part.rows, 'row'),
    isStatement: part.kind === 'db',
    slowCalls: counts === null ? null : `${formatNumber(counts.slow)} of ${plural(counts.calls, 'call')}`,
  };
}

function viewRest(trace: ReadTrace) {
  const found = slowRest(trace);
  if (!found) return null;
  const { name, us } = found;
  const share = formatPercent(us, Math.max(us, trace.ms * 1000));
  return { name, took: formatMs(us / 1000), share, read: null, isStatement: false, slowCalls: null };
}

function viewStatement(span: KeptSpan) {
  return {
    text: titleOf(span),
    database: databaseOf(span.name),
    calls: formatNumber(span.calls),
    total: formatMs(span.us / 1000),
    mean: formatMs(span.us / 1000 / Math.max(1, span.calls)),
    rows: span.rows === null ? '–' : formatNumber(span.rows),
  };
}
