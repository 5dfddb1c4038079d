// Starts the post-mortem of an incident: a document with the timeline filled in.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { formatMinute, formatSpan } from '../core/format.ts';
import type { ChecklistItem } from '../checklist/checklist.ts';
import { type DocumentKey, documentTarget, plainFields } from '../documents/document.ts';
import type { Documents } from '../documents/documents.ts';
import type { Entry, Incident } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { incidentActions } from './actions.ts';
import { writeEntry } from './entry-words.ts';
import type { Incidents } from './incidents.ts';
import type { Items } from './items.ts';
import type { Recorder } from './recorder.ts';

export const postMortemKey = (number: number): DocumentKey => ({
  kind: 'post_mortem',
  slug: `incident-${number}`,
});

/** A document has at most 64 KiB, and people are to write into it. */
const timelineMax = 40_000;

type Given = {
  documents: Pick<Documents, 'save'>;
  incidents: Pick<Incidents, 'change'>;
  items: Pick<Items, 'of'>;
  repository: IncidentRepository;
  recorder: Recorder;
};

export function createPostMortems({ documents, incidents, items, repository, recorder }: Given) {
  return {
    /** Returns whether it is new: one that exists stays as it is. Throws `not_found`. */
    async start(number: number, by: Requester): Promise<boolean> {
      const incident = repository.get(number);
      const key = postMortemKey(number);
      const body = writePostMortem(incident, repository.entries(number), items.of(number));
      const title = `Post-mortem of incident #${number}: ${incident.title}`;
      const fields = { ...plainFields, title, body, owner: incident.owner, tags: incident.tags };
      try {
        await documents.save(key, fields, { version: 0, by });
      } catch (error) {
        if (error instanceof AppError && error.code === 'edit_conflict') return false;
        throw error;
      }
      await incidents.change(incidentActions.entry, number, by, () =>
        recorder.addEntry(number, by, 'link', writeEntry('postMortem'), documentTarget(key)),
      );
      return true;
    },
  };
}

/** Markdown. */
function writePostMortem(incident: Incident, entries: Entry[], items: ChecklistItem[]): string {
  const { number, severity, services, opened_at, mitigated_at, summary, resolution } = incident;
  const took = mitigated_at && formatSpan(Date.parse(mitigated_at) - Date.parse(opened_at));
  const facts = [
    `[Incident #${number}](/incidents/${number})`,
    `severity ${severity}`,
    `opened ${formatMinute(opened_at)}`,
    took ? `mitigated after ${took}` : 'not mitigated yet',
    ...(services.length > 0 ? [`services: ${services.map(plainly).join(', ')}`] : []),
  ];
  const todo = items.map(({ text, owner, due, state }) => {
    const about = [owner, due && `due ${due}`].filter(Boolean).map((one) => plainly(String(one)));
    return `- [${state === 'open' ? ' ' : 'x'}] ${[plainly(text), ...about].join(', ')}`;
  });
  return [
    `${facts.join(' · ')}`,
    section('Summary', summary ? plainly(summary) : '_Two sentences for somebody who was not there._'),
    section('Impact', '_Who noticed, what did not work, for how long?_'),
    section('Timeline', writeTimeline(entries)),
    section('Cause', '_Why did it happen, and why then?_'),
    section('Resolution', resolution ? plainly(resolution) : '_What solved it?_'),
    section('What went well', '_Which alarms, tools and habits helped?_'),
    section('Action items', todo.length > 0 ? todo.join('\n') : '_None yet. Add them to the incident._'),
    '',
  ].join('\n');
}

const section = (title: string, text: string) => `\n## ${title}\n\n${text}`;

function writeTimeline(entries: Entry[]): string {
  const lines = entries.map(({ at, actor, text }) => {
    const [first = '', ...rest] = text.split('\n').filter(Boolean).map(plainly);
    return [
      `- ${formatMinute(at)}, ${plainly(actor)}: **${first}**`,
      ...rest.map((line) => `  ${line}`),
    ].join('\n');
  });
  let length = 0;
  const kept = lines.filter((line) => {
    length += line.length + 1;
    return length <= timelineMax;
  });
  const left = lines.length - kept.length;
  return [...kept, ...(left > 0 ? [`- … ${left} more, see the incident`] : [])].join('\n');
}

/** Characters that Markdown would read as its own. */
const plainly = (text: string) => text.replaceAll(/[\\`*_[\]<>#|~]/g, '\\$&');
