// The health of a named sheet, and of all of them together, each with its reason. Reasons name no age, since cards show them.
import { formatSpan, plural, upperFirst } from '../core/format.ts';
import type { Drift } from './drift.ts';
import type { ImportSchedule } from './import-schedules.ts';
import type { LastRun } from './stored-sheets.ts';
import type { SheetEnd } from './repository.ts';

/** The worst first. */
export const healthStates = ['error', 'stale', 'ok', 'never'] as const;

/** error: it cannot be used, or its last job has failed. stale: a change or a due import waits for too long. never: it was
 *  neither imported nor exported. `since`: when that began, if it is known. */
export type Health = { state: (typeof healthStates)[number]; reason: string; since: string | null };

export type HealthFacts = {
  /** Why it cannot be used. */
  trouble: { text: string; since: string | null } | null;
  /** The job that has ended last; null, too, when a later look has disproved its failure. */
  lastJob: SheetEnd | null;
  last: LastRun | null;
  /** The state as it was seen last; null before the first look. */
  drift: Drift | null;
  /** The knowledge of a Google spreadsheet is as old as its last check. */
  isSeenByCheck: boolean;
  changedSince: string | null;
  schedules: ImportSchedule[];
  now: Date;
  unimportedMaxMs: number;
};

export function judgeSheet(facts: HealthFacts): Health {
  const { trouble } = facts;
  if (trouble) return { state: 'error', reason: trouble.text, since: trouble.since };
  return judgeLastJob(facts) ?? judgeChange(facts) ?? judgeSchedules(facts) ?? judgeContent(facts);
}

function judgeLastJob({ lastJob }: HealthFacts): Health | null {
  if (lastJob?.status !== 'failed') return null;
  const { number, operation, isPlan, finished_at, message } = lastJob;
  const [sentence = ''] = (message ?? '').split(/\n|(?<=[.;]) (?=\p{Lu})/u);
  const job = `${upperFirst(operation)}${isPlan ? ' plan' : ''} #${number}`;
  return { state: 'error', reason: `${job} failed: ${sentence || 'it says no reason.'}`, since: finished_at };
}

function judgeChange({ changedSince, last, now, unimportedMaxMs }: HealthFacts): Health | null {
  if (changedSince === null || now.getTime() - Date.parse(changedSince) <= unimportedMaxMs) return null;
  const changed = last?.verb === 'export' ? 'was edited after our export' : 'has changed since the import';
  const limit = formatSpan(unimportedMaxMs);
  return {
    state: 'stale',
    reason: `It ${changed}, and was not imported for ${limit}. Import the changes.`,
    since: changedSince,
  };
}

function judgeSchedules({ schedules, now }: HealthFacts): Health | null {
  const [late] = schedules
    .filter(({ staleAt }) => Date.parse(staleAt) < now.getTime())
    .sort((one, other) => one.staleAt.localeCompare(other.staleAt));
  if (!late) return null;
  const limit = formatSpan(late.staleAfterMs);
  return {
    state: 'stale',
    reason: `The schedule ${late.name} has not imported it for ${limit}, one and a half of its periods.`,
    since: late.staleAt,
  };
}

function judgeContent({ last, drift, changedSince, isSeenByCheck }: HealthFacts): Health {
  if (!last) {
    const reason =
      drift?.state === 'absent' ? 'It is not there yet.' : 'It was neither imported nor exported yet.';
    return { state: 'never', reason, since: null };
  }
  const asOf = isSeenByCheck ? ', as of its last check' : '';
  const good = (reason: string): Health => ({ state: 'ok', reason, since: null });
  if (drift?.state === 'changed' || changedSince !== null)
    return good(`It has changed since the ${last.verb}${asOf}. Import the changes.`);
  if (drift?.state === 'unclear')
    return good(`It may have changed since the ${last.verb}. ${drift.why ?? ''}`.trim());
  return good(`Unchanged since the ${last.verb}${asOf}.`);
}

export type NamedHealth = Health & { name: string };
export type Overall = { health: Health['state']; reason: string };

/** The worst of all, with the reason of the first that has it. */
export function judgeAll(healths: readonly NamedHealth[]): Overall {
  const of = (state: Health['state']) => healths.filter((one) => one.state === state);
  const [error, stale, ok] = [of('error'), of('stale'), of('ok')];
  const [worst] = [...error, ...stale];
  const all = plural(healths.length, 'source');
  if (error.length > 0)
    return { health: 'error', reason: `${error.length} of ${all} cannot be relied on. ${explain(worst)}` };
  if (stale.length > 0)
    return {
      health: 'stale',
      reason: `${stale.length} of ${all} ${stale.length === 1 ? 'is' : 'are'} stale. ${explain(worst)}`,
    };
  if (ok.length === 0) return { health: 'never', reason: 'No source was imported or exported yet.' };
  const unused = healths.length - ok.length;
  const others = unused === 0 ? '' : `; ${unused === 1 ? '1 was' : `${unused} were`} never used`;
  return {
    health: 'ok',
    reason: `${ok.length} of ${all} ${ok.length === 1 ? 'is' : 'are'} in order${others}.`,
  };
}

function explain(one: NamedHealth | undefined): string {
  return one ? `${one.name}: ${one.reason}` : '';
}

/** `3 sources, 1 stale`. */
export function describeCount(healths: readonly NamedHealth[]): string {
  const count = (state: Health['state']) => healths.filter((one) => one.state === state).length;
  const [errors, stale] = [count('error'), count('stale')];
  const parts = [
    plural(healths.length, 'source'),
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(stale > 0 ? [`${stale} stale`] : []),
  ];
  return parts.join(', ');
}
