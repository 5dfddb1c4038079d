// The action items of an incident: tasks that keep it from coming back.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { withoutUnseen } from '../core/unseen.ts';
import type { ChecklistItem, NewItem } from '../checklist/checklist.ts';
import type { ChecklistRepository } from '../checklist/checklist-repository.ts';
import { incidentTarget } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { incidentActions } from './actions.ts';
import { describeStrange, isStrange, limits } from './details.ts';
import { type EntryWord, writeEntry } from './entry-words.ts';
import type { Incidents } from './incidents.ts';
import type { Recorder } from './recorder.ts';

export const actionItemStates = ['open', 'done', 'skipped'] as const;
export type ActionItemState = (typeof actionItemStates)[number];

export const itemLimits = { text: 500, perIncident: 100 };

export type GivenItem = { text: string; owner?: string | null; due?: string | null };

const words = {
  open: 'itemOpen',
  done: 'itemDone',
  skipped: 'itemSkipped',
} as const satisfies Record<ActionItemState, EntryWord>;

type Given = Pick<Kernel, 'now' | 'redactor'> & {
  incidents: Pick<Incidents, 'change'>;
  repository: IncidentRepository;
  checklistRepository: ChecklistRepository;
  recorder: Recorder;
};

export type Items = ReturnType<typeof createItems>;

export function createItems(given: Given) {
  const { now, redactor, incidents, repository, checklistRepository: list, recorder } = given;
  return {
    of: (number: number): ChecklistItem[] => list.of(incidentTarget(number)),

    /** Throws `not_found`, `invalid_arguments`. */
    add: (number: number, wanted: GivenItem, by: Requester): Promise<ChecklistItem> =>
      incidents.change(incidentActions.item, number, by, () => {
        const item = readItem(redactor.recordAll(wanted));
        const incident = repository.get(number);
        const of = incidentTarget(number);
        if (list.of(of).length >= itemLimits.perIncident) throw tooMany(number);
        const added = list.add(of, item);
        recorder.addEntry(number, by, 'link', writeEntry('itemAdded', item.text));
        const after = { ...item, state: added.state };
        recorder.record(incidentActions.item, incident, by, { item: added.n, before: null, after });
        return added;
      }),

    /** Throws `not_found`, and `wrong_state` for one in that state. */
    set: (
      number: number,
      n: number,
      { state, note }: { state: ActionItemState; note: string | null },
      by: Requester,
    ): Promise<ChecklistItem> =>
      incidents.change(incidentActions.item, number, by, () => {
        const incident = repository.get(number);
        if (isStrange(note ?? ''))
          throw invalidArguments([{ field: 'note', message: describeStrange('Note') }]);
        const before = list.find(incidentTarget(number), n);
        if (!before) throw unknownItem(number, n);
        if (before.state === state)
          throw new AppError('wrong_state', `Action item ${n} is ${state} already.`);
        const { job } = before;
        const changed = list.change(before.id, {
          state,
          note: note && redactor.record(note),
          job,
          at: now().toISOString(),
          actor: by.actor,
        });
        recorder.addEntry(number, by, 'link', writeEntry(words[state], before.text, note));
        const states = { before: { state: before.state }, after: { state } };
        recorder.record(incidentActions.item, incident, by, { item: n, ...states });
        return changed;
      }),
  };
}

/** Throws `invalid_arguments`. */
function readItem({ text: given, owner, due }: GivenItem): NewItem {
  const text = given.replaceAll(/\s+/g, ' ').trim();
  const problems = [
    withoutUnseen(text) === '' && { field: 'text', message: 'Action item: write what is to be done.' },
    [...text].length > itemLimits.text && {
      field: 'text',
      message: `Action item: ${[...text].length} characters; at most ${itemLimits.text}.`,
    },
    isStrange(text) && { field: 'text', message: describeStrange('Action item') },
    [...(owner ?? '')].length > limits.owner && {
      field: 'owner',
      message: `Owner: at most ${limits.owner} characters.`,
    },
    isStrange(owner ?? '') && { field: 'owner', message: describeStrange('Owner') },
    owner?.trim() &&
      withoutUnseen(owner) === '' && { field: 'owner', message: 'Owner: write characters that can be seen.' },
    due && !isDay(due) && { field: 'due', message: 'Due: write a day, for example 2026-12-04.' },
  ].filter((one): one is ArgumentProblem => Boolean(one));
  if (problems.length > 0) throw invalidArguments(problems);
  return { text, owner: owner?.trim() || null, due: due || null };
}

/** `2026-12-04`, a day that exists. */
function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00.000Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function unknownItem(number: number, n: number): AppError {
  return new AppError('not_found', `Incident #${number} has no action item ${n}.`);
}

function tooMany(number: number): AppError {
  const message = `Incident #${number} has ${itemLimits.perIncident} action items, as many as there may be.`;
  return new AppError('wrong_state', message);
}
