// The parts of a request as rows of a waterfall, and as the parts of one bar by what they did.
import { formatMs, plural } from '../../core/format.ts';
import { shorten } from '../../core/shorten.ts';
import type { SpanKind } from '../../core/trace.ts';
import type { KeptSpan, WholeTrace } from '../../log-store/trace-repository.ts';
import { proportions } from '../../web/chart.ts';

export const spanLabels: Record<SpanKind, string> = {
  check: 'Checks of the request',
  db: 'Database',
  render: 'Rendering',
  search: 'Search',
  script: 'Processes',
  file: 'Files',
  http: 'Network',
};
/** Also a wait for a lock, in which the server does nothing. */
const rest = 'Waiting and work that is not measured';
const restBeyond = 'Parts that are not listed, waiting and work that is not measured';

/** The longest text of a statement in a row. */
const nameMax = 160;
const maxTones = 5;
/** Deeper parts are shown at the last depth. */
const indents = ['', ' in1', ' in2', ' in3'];

type Measured = Pick<WholeTrace, 'ms' | 'spans' | 'left_out'>;

/** By what the parts did, the most time first. A part counts without the parts inside it. */
export function viewShares(trace: Measured) {
  const { spans } = trace;
  const own = ownTimes(spans);
  const byLabel = new Map<string, number>();
  const add = (label: string, us: number) => byLabel.set(label, (byLabel.get(label) ?? 0) + us);
  for (const span of spans) add(spanLabels[span.kind], own.get(span.n) ?? 0);
  add(nameRest(trace), restOf(trace));
  const shares = [...byLabel].filter(([, us]) => us > 0).sort(byTime);
  const drawn = proportions(shares.map(([, us]) => us));
  const parts = shares.map(([label, us], at) => ({
    label,
    tone: isRest(label) ? 'rest' : at >= maxTones ? 'none' : `d${at + 1}`,
    x: `${drawn[at]?.from}%`,
    width: `${drawn[at]?.share}%`,
    took: formatMs(us / 1000),
  }));
  return { parts, label: `${parts.map(({ label, took }) => `${label} ${took}`).join(', ')}.` };
}

/** Parts beyond the limit took a share of it that nobody knows. */
const nameRest = ({ left_out: leftOut }: Measured) => (leftOut > 0 ? restBeyond : rest);
const isRest = (label: string) => label === rest || label === restBeyond;

/** The remaining time comes last. */
function byTime([one, oneUs]: [string, number], [other, otherUs]: [string, number]): number {
  return Number(isRest(one)) - Number(isRest(other)) || otherUs - oneUs;
}

/** Microseconds that each part took itself. Parts inside it may run at the same time. */
function ownTimes(spans: KeptSpan[]): Map<number, number> {
  const own = new Map(spans.map(({ n, us }) => [n, us]));
  for (const { parent, us } of spans) if (parent !== null) own.set(parent, (own.get(parent) ?? 0) - us);
  return new Map([...own].map(([n, us]) => [n, Math.max(0, us)]));
}

/** Microseconds that are of no part. */
function restOf({ ms, spans }: Pick<Measured, 'ms' | 'spans'>): number {
  const measured = [...ownTimes(spans).values()].reduce((sum, us) => sum + us, 0);
  return Math.max(0, ms * 1000 - measured);
}

/** The part that took at least a third of the request by itself, and more than the time outside all parts; null without one. */
export function slowPart({ ms, spans }: Pick<Measured, 'ms' | 'spans'>): KeptSpan | null {
  const own = ownTimes(spans);
  const [longest] = [...spans].sort((one, other) => (own.get(other.n) ?? 0) - (own.get(one.n) ?? 0));
  const longestUs = longest ? (own.get(longest.n) ?? 0) : 0;
  return longest && longestUs >= ms * 333 && longestUs >= restOf({ ms, spans }) ? longest : null;
}

/** The time that is of no part, if it is a third or more and no part is slower. */
export function slowRest(trace: Measured): { name: string; us: number } | null {
  const us = restOf(trace);
  return slowPart(trace) === null && us >= trace.ms * 333 ? { name: nameRest(trace), us } : null;
}

/** In the order of their starts. Equal parts that follow each other are one row, and groups of parts that repeat are one
 *  group. */
export function viewRows(trace: Measured, slow: KeptSpan | null) {
  const depths = new Map<number, number>();
  const withParts = new Set(trace.spans.map(({ parent }) => parent));
  const rows: Row[] = [];
  for (const span of trace.spans) {
    const depth = Math.min(
      indents.length - 1,
      (span.parent === null ? 0 : (depths.get(span.parent) ?? 0)) + 1,
    );
    depths.set(span.n, depth);
    const last = rows.at(-1);
    if (last && isSame(last.spans[0], span) && !withParts.has(span.n)) last.spans.push(span);
    else rows.push({ depth, spans: [span] });
  }
  return foldGroups(rows).map((row) => viewRow(row, trace.ms * 1000, slow));
}

type Row = { depth: number; spans: KeptSpan[] };

/** Joins groups of rows that repeat, such as the statements of a transaction that is retried. */
function foldGroups(rows: Row[]): Row[] {
  const folded: Row[] = [];
  for (let at = 0; at < rows.length; ) {
    const { length, times } = findGroup(rows, at);
    for (let i = 0; i < length; i++) {
      const same = Array.from({ length: times }, (_, time) => rows[at + i + time * length]);
      const [first] = same;
      if (first) folded.push({ depth: first.depth, spans: same.flatMap((row) => row?.spans ?? []) });
    }
    at += length * times;
  }
  return folded;
}

const groupMax = 8;

/** The group of rows from `at` on whose repetition covers the most rows. */
function findGroup(rows: Row[], at: number): { length: number; times: number } {
  let best = { length: 1, times: 1 };
  for (let length = 1; length <= groupMax; length++) {
    let end = at + length;
    while (end < rows.length && looksLike(rows[end - length], rows[end])) end += 1;
    const times = Math.max(1, Math.floor((end - at) / length));
    if (times > 1 && length * times > best.length * best.times) best = { length, times };
  }
  return best;
}

function looksLike(one: Row | undefined, other: Row | undefined): boolean {
  const [a, b] = [one?.spans[0], other?.spans[0]];
  return one?.depth === other?.depth && a?.kind === b?.kind && a?.name === b?.name;
}

function isSame(one: KeptSpan | undefined, other: KeptSpan): boolean {
  return one?.kind === other.kind && one.name === other.name && one.parent === other.parent;
}

function viewRow({ depth, spans }: Row, totalUs: number, slow: KeptSpan | null) {
  const [first] = spans as [KeptSpan, ...KeptSpan[]];
  const last = spans.at(-1) ?? first;
  const took = spans.reduce((sum, { us }) => sum + us, 0);
  const share = (us: number) => percentOf(us, totalUs);
  return {
    indent: indents[depth],
    ...wordsOf(first, spans),
    start: formatMs(first.start_us / 1000),
    took: formatMs(took / 1000),
    isSlow: slow !== null && spans.includes(slow),
    x: share(first.start_us),
    width: share(Math.max(totalUs / 250, last.start_us + last.us - first.start_us)),
  };
}

/** The width of a part of a bar, in percent of the bar. */
export function percentOf(part: number, whole: number): string {
  return `${Math.min(100, Math.round((part / Math.max(1, whole)) * 10_000) / 100)}%`;
}

function wordsOf(first: KeptSpan, spans: KeptSpan[]) {
  const counted = spans.flatMap(({ rows }) => rows ?? []);
  const rows = counted.reduce((sum, count) => sum + count, 0);
  const facts = [
    first.kind === 'db' ? databaseOf(first.name) : null,
    counted.length > 0 ? plural(rows, 'row') : null,
    spans.length > 1 ? plural(spans.length, 'call') : null,
  ].filter((fact) => fact !== null);
  const about = facts.length > 0 ? `${first.kind}: ${facts.join(' · ')}` : first.kind;
  return { name: titleOf(first), about };
}

/** A statement without its database. */
export function titleOf({ kind, name }: Pick<KeptSpan, 'kind' | 'name'>): string {
  if (kind === 'render') return `Render ${name}`;
  return shorten(kind === 'db' ? name.slice(databaseOf(name).length + 2) : name, nameMax);
}

export const databaseOf = (name: string) => name.split(': ', 1)[0] ?? '';
