// Adds, changes and removes named sheets. Each change and each refusal leaves an audit row with the sheet before and after.
import { isDeepStrictEqual } from 'node:util';
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertMatches, assertUnchanged } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import { formatList } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { defaultSource, defaultTarget, type SheetSource } from '../core/sheet-source.ts';
import type { SourceRepository } from '../source-store/source-repository.ts';
import { sourceActions, sourceTarget } from './actions.ts';
import { type GivenSource, readSource } from './read-source.ts';
import type { SheetRuns } from './repository.ts';
import { editsOf, type SourceTexts } from './source-edits.ts';
import type { SourceStates } from './source-state-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'now' | 'untilFree'> & {
  sources: SourceRepository;
  states: Pick<SourceStates, 'remove' | 'forgetLooks'>;
  sheetRuns: Pick<SheetRuns, 'fill'>;
  wantedBy: { job(name: string): number | null; schedules(name: string): { name: string }[] };
};

/** `mustBeNew` refuses a name that is taken; `shown`, the values that the form of an existing sheet had, a sheet that has changed
 *  since; `ifMatch`, one with another ETag. */
type Precondition = { mustBeNew?: boolean; shown?: SourceTexts; ifMatch?: string | undefined };

export function createSourceChanges(given: Given) {
  const { audit, bus, config, now, sources, states, untilFree, wantedBy } = given;

  return {
    /** Creates or replaces the sheet `name`; returns it, and whether it is new. A sheet that differs from the former one loses the
     *  findings of its check, and at another place its runs. Throws `invalid_arguments`, `edit_conflict`, `not_found`,
     *  `operation_locked`. */
    async put(
      name: string,
      wanted: GivenSource,
      by: Requester,
      { mustBeNew = false, shown, ifMatch }: Precondition = {},
    ): Promise<{ source: SheetSource; isNew: boolean }> {
      const audited = entryOf(sourceActions.change, name, by);
      const put = await untilFree(() => {
        const before = sources.find(name);
        return auditRefusal(audit, { ...audited, detail: { before, after: wanted } }, () => {
          assertMatches(ifMatch, before);
          if (before && mustBeNew) throw nameTaken(name);
          if (!before && shown) throw unknownSource(name);
          const others = sources.all().filter((other) => other.name !== name);
          const source = readSource(config, name, wanted, others);
          if (before && shown) {
            const change = sources.changeOf(name);
            assertUnchanged(editsOf(shown, { stored: before, given: source, change }), now());
          }
          if (before) assertFree(name, wantedBy.job(name), 'change');
          sources.transaction(() => {
            sources.put(source, { changed_at: now().toISOString(), changed_by: by.actor });
            if (!isDeepStrictEqual(before, source)) forget(given, before, source);
            audit.record({ ...audited, outcome: 'ok', detail: { before, after: source } });
          });
          return { source, isNew: before === null };
        });
      });
      bus.emit('sources');
      return put;
    },

    /** Removes the sheet `name` and returns it; its files stay. Throws `not_found`, `wrong_state`, `operation_locked`. */
    async remove(name: string, by: Requester): Promise<SheetSource> {
      const removed = await untilFree(() => {
        const before = sources.find(name);
        const audited = { ...entryOf(sourceActions.remove, name, by), detail: { before } };
        return auditRefusal(audit, audited, () => {
          if (!before) throw unknownSource(name);
          assertRemovable(name);
          assertUnused(name, wantedBy);
          sources.transaction(() => {
            sources.remove(name);
            states.remove(name);
            audit.record({ ...audited, outcome: 'ok' });
          });
          return before;
        });
      });
      bus.emit('sources');
      return removed;
    },
  };
}

/** Runs at another place do not count for the sheet. */
function forget({ states, sheetRuns }: Given, before: SheetSource | null, source: SheetSource) {
  if (before?.kind === source.kind && before.place === source.place) return states.forgetLooks(source.name);
  states.remove(source.name);
  sheetRuns.fill(source);
}

function assertFree(name: string, job: number | null, verb: 'change' | 'remove') {
  if (job === null) return;
  const message = `Job #${job} uses ${name}. Cancel that job or wait for its end, then ${verb} the sheet.`;
  throw new AppError('operation_locked', message, { job });
}

/** The runs of a schedule would fail. */
function assertUnused(name: string, wantedBy: Given['wantedBy']) {
  assertFree(name, wantedBy.job(name), 'remove');
  const schedules = wantedBy.schedules(name).map((schedule) => schedule.name);
  const message = describeUse(name, schedules);
  if (message !== null) throw new AppError('wrong_state', message, { schedules });
}

/** Why a sheet that schedules use cannot be removed; null if none does. */
export function describeUse(name: string, schedules: string[]): string | null {
  if (schedules.length === 0) return null;
  const [which, verb, them] =
    schedules.length === 1 ? ['schedule', 'uses', 'it'] : ['schedules', 'use', 'them'];
  return `The ${which} ${formatList(schedules)} ${verb} ${name}. Change or remove ${them} first.`;
}

function entryOf({ name: event }: { name: string }, source: string, by: Requester): AuditEntry {
  return { event, by, target: sourceTarget(source) };
}

export function unknownSource(name: string): AppError {
  return new AppError('not_found', `There is no sheet named ${JSON.stringify(name.slice(0, 80))}.`);
}

function nameTaken(name: string): AppError {
  const message = `Name: there is a sheet named ${name} already. Choose another name, or change that sheet.`;
  return new AppError('invalid_arguments', message, { problems: [{ field: 'name', message }] });
}

export function isRemovable(name: string): boolean {
  return name !== defaultSource && name !== defaultTarget;
}

function assertRemovable(name: string) {
  if (isRemovable(name)) return;
  const use = name === defaultSource ? 'Imports read' : 'Exports write';
  const message = `${use} ${name} unless another sheet is named, so it cannot be removed. Change its place instead.`;
  throw new AppError('wrong_state', message);
}
