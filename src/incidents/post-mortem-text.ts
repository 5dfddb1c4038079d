// Writes the text of a post-mortem in Markdown. A document has at most 64 KiB, and people are to write into it.
import { formatMinute, formatNumber, formatSpan } from '../core/format.ts';
import type { ChecklistItem } from '../checklist/checklist.ts';
import { type Entry, type Incident, tookMs } from '../incident-store/incident.ts';

/** Bytes, all in all and of two of its parts. */
const max = { all: 60 * 1024, timeline: 40_000, items: 8000 };

/** As many short entries fit into the timeline. */
export const postMortemEntries = 600;

/** `entries`: the newest ones, of so many. */
type Timeline = { entries: Entry[]; total: number };

export function writePostMortem(incident: Incident, timeline: Timeline, items: ChecklistItem[]): string {
  const { summary, resolution } = incident;
  const before = [
    writeFacts(incident),
    section('Summary', summary ? plainly(summary) : '_Two sentences for somebody who was not there._'),
    section('Impact', '_Who noticed, what did not work, for how long?_'),
  ].join('\n');
  const after = [
    section('Cause', '_Why did it happen, and why then?_'),
    section('Resolution', resolution ? plainly(resolution) : '_What solved it?_'),
    section('What went well', '_Which alarms, tools and habits helped?_'),
    section('Action items', writeItems(items)),
    '',
  ].join('\n');
  const left = max.all - Buffer.byteLength(before) - Buffer.byteLength(after);
  const told = section('Timeline', writeTimeline(timeline, Math.min(max.timeline, left)));
  return [before, told, after].join('\n').toWellFormed();
}

function writeFacts(incident: Incident): string {
  const { number, severity, services, opened_at } = incident;
  const took = tookMs(incident);
  const facts = [
    `[Incident #${number}](/incidents/${number})`,
    `severity ${severity}`,
    `opened ${formatMinute(opened_at)}`,
    took === null ? 'not mitigated yet' : `mitigated after ${formatSpan(took)}`,
    ...(services.length > 0 ? [`services: ${services.map(plainly).join(', ')}`] : []),
  ];
  return facts.join(' · ');
}

const section = (title: string, text: string) => `\n## ${title}\n\n${text}`;

function writeItems(items: ChecklistItem[]): string {
  if (items.length === 0) return '_None yet. Add them to the incident._';
  const lines = items.map(({ text, owner, due, state }) => {
    const about = [owner, due && `due ${due}`].filter(Boolean).map((one) => plainly(String(one)));
    return `- [${state === 'open' ? ' ' : 'x'}] ${[plainly(text), ...about].join(', ')}`;
  });
  const kept = fitting(lines, max.items);
  const left = lines.length - kept.length;
  return [...kept, ...(left > 0 ? [`- … ${left} more are in the incident`] : [])].join('\n');
}

/** The newest entries that fit. */
function writeTimeline({ entries, total }: Timeline, bytes: number): string {
  const kept = fitting(entries.map(writeLine).reverse(), bytes).reverse();
  const left = total - kept.length;
  return [...(left > 0 ? [`- … ${formatNumber(left)} older entries are in the incident`] : []), ...kept].join(
    '\n',
  );
}

function writeLine({ at, actor, text }: Entry): string {
  const [first = '', ...rest] = text.split('\n').filter(Boolean).map(plainly);
  const head = `- ${formatMinute(at)}, ${plainly(actor)}: **${first}**`;
  return [head, ...rest.map((line) => `  ${line}`)].join('\n');
}

/** The first ones, up to that length. */
function fitting(lines: string[], bytes: number): string[] {
  let length = 0;
  const end = lines.findIndex((line) => {
    length += Buffer.byteLength(line) + 1;
    return length > bytes;
  });
  return end === -1 ? lines : lines.slice(0, end);
}

/** Characters that Markdown would read as its own. */
const plainly = (text: string) => text.replaceAll(/[\\`*_[\]<>#|~]/g, '\\$&');
