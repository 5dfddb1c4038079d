// The definition of an operation. Route, card row, form, dialog, API listing and audit names derive from it.
import type { Config } from './config.ts';
import type { JobFacts } from './job-part.ts';
import type { Role } from './role.ts';
import type { SourceFinder } from './sheet-source.ts';

/** An advisory lock that a job requests. */
export type Claim = { name: string; mode: 'shared' | 'exclusive' };

export type Args = Record<string, unknown>;
export type Danger = 'safe' | 'costly' | 'destructive';

/** One property of a JSON Schema. `labels` are the texts of `enum` values in the form; `advanced` moves the field to the
 *  advanced options; `hidden` passes on a value from a link without showing a field. */
export type ArgumentProperty = {
  type: 'string' | 'boolean' | 'integer' | 'number';
  title: string;
  description?: string;
  /** Only for text: a day, `2026-01-31`, or the id of an uploaded sheet. */
  format?: 'date' | 'sheet';
  enum?: string[];
  labels?: string[];
  /** The label of the choice that the form offers in place of a default; absent: None. */
  unset?: string;
  /** The values are those of a list that changes. */
  options?: OptionList;
  /** The list only suggests values, the first one of them first; `check` of the operation judges others. */
  suggests?: true;
  default?: string | boolean | number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  advanced?: boolean;
  hidden?: boolean;
  /** It names the input of one run, such as a plan: runs are comparable whatever its value is. */
  perRun?: true;
  /** A person decides it with the plan, not before. */
  withPlan?: true;
  /** The server derives it from its state, whatever a request says. */
  derived?: true;
};

/** `sources`: the named sheets. `categories`: of the library. `origins`: the sources from which its entries came. `undoable`:
 *  the jobs that can be undone. `restorable`: the backups of the library. `testable`: all backups. */
const optionLists = ['sources', 'categories', 'origins', 'undoable', 'restorable', 'testable'] as const;
type OptionList = (typeof optionLists)[number];
export type Option = { value: string; label: string };
export type OptionLists = Record<OptionList, () => Option[]>;

/** Joins the lists that the features declare. Throws when one is missing. */
export function joinOptionLists(declared: Partial<OptionLists>[]): OptionLists {
  const joined: Partial<OptionLists> = Object.assign({}, ...declared);
  const missing = optionLists.find((name) => !joined[name]);
  if (missing) throw new Error(`No feature in src/features.ts declares the option list ${missing}.`);
  return joined as OptionLists;
}

export type ArgumentSchema = {
  type: 'object';
  additionalProperties: false;
  properties: Record<string, ArgumentProperty>;
};

/** The confirm dialog for given arguments: a question, its consequences, and the labels of both buttons. */
export type Dialog = { question: string; consequences: string[]; confirm: string; keep: string };

/** The work of a run: how many entries it embeds, and how many vectors its index then holds. */
export type Workload = { embeds: number; vectors: number; texts: EmbeddedTexts };

/** The entries that a run embeds. `isWaiting`: only those without a current embedding. */
export type EmbeddedTexts = { category?: string; entry?: string; isWaiting: boolean };

/** Counts the entries of the library, or of a part of it; `unembedded` counts those whose embedding waits or has failed. */
export type EntryCounts = {
  all(part?: { category?: string; entry?: string }): number;
  unembedded(part?: { category?: string; entry?: string }): number;
};

/** The state of the library that decides how a run is confirmed. */
export type LibraryState = { isEmpty: () => boolean };

/** Finds the jobs that arguments name. */
export type JobFinder = {
  /** By id or number; null when there is none. */
  find(idOrNumber: string): JobFacts | null;
  /** The successful runs of an operation with this value of an argument, newest first. */
  succeededWith(operation: string, argument: string, value: string): JobFacts[];
  /** The newest successful runs of an operation that were no dry runs and not in noop mode, newest first. */
  lastSuccesses(operation: string, limit: number): JobFacts[];
};

/** The records that arguments name. */
export type Records = { jobs: JobFinder; sources: SourceFinder };

/** The present state that a plan is compared with. */
export type PlanState = { config: Config; sources: SourceFinder; libraryRevision: () => number };

/** Why a run would have no effect now, and a link to the nearest action that would. */
type Unavailable = { why: string; instead: { text: string; href: string } };

/** `args` differ from the defaults. */
type SuggestedSchedule = { name: string; cron: string; args?: Args };

export type RetryPolicy = { maxAttempts: number; delayMs: number; backoff: number };

/** A command as an argument vector, never a shell line: its first element is a full path, or a name that is looked up in
 *  PATH. `env` names further variables to pass on. */
type CustomProgram = { command: [string, ...string[]]; env: string[] };

export type Operation = {
  name: string;
  title: string;
  /** The label of the button, e.g. `Import`. */
  verb: string;
  summary: string;
  description: string;
  icon: string;
  /** The heading under which a custom operation is listed; absent: a built-in operation. */
  group?: string;
  /** Part of the upkeep, which the page folds. */
  isUpkeep?: true;
  args: ArgumentSchema;
  locks(args: Args): Claim[];
  danger(args: Args): Danger;
  /** The least role that may start it. Absent: an admin where it is destructive, else an operator. */
  role?(args: Args): Role;
  /** The level of the maintenance window that such a run opens when it starts, and that ends with it; its locks are those of the
   *  level. Null or absent: none. */
  window?(args: Args): 'drained' | null;
  /** Must be typed before a destructive run; null when no run is destructive. */
  confirmWord: string | null;
  /** A run that takes longer gets a warning and continues. Absent: half of the hard limit. */
  softLimitMs?: number;
  /** Null: the configured limit. */
  hardLimitMs: number | null;
  retries: RetryPolicy;
  onRestart: 'fail' | 'requeue';
  /** The compiled file below dist/scripts, without extension; or a custom program. */
  script: string | CustomProgram;
  /** Its script gets the settings of Google spreadsheets, with the path of their key. */
  usesGoogle?: true;
  /** Checks what the schema cannot express, and returns the arguments to record. Throws `invalid_arguments` only: other
   *  refusals come after those of role and confirmation. */
  check?(args: Args, config: Config, records: Records): Args;
  /** Throws `wrong_state`, `index_missing` or `disk_full` while the state of what the checked arguments name does not allow the
   *  run. */
  assertPossible?(args: Args, config: Config, records: Records): void;
  /** Replaces the arguments that are `derived`, at each request. */
  derive?(args: Args, library: LibraryState): Args;
  /** The operation that should follow a run which has changed the library, and why, as a sentence. */
  followUp?: { operation: string; text: string };
  /** Whether a person must see the plan of such a run first. Absent: never. */
  plansFirst?(args: Args, library: LibraryState): boolean;
  /** Null or absent: a run can have an effect. Advice only: `assertPossible` refuses. */
  unavailable?(config: Config, index: { state: 'none' | 'ready' | 'behind' | 'broken' }): Unavailable | null;
  /** Before a run, checks again whether the plan in its arguments is still valid; throws `plan_outdated`. Absent or
   *  undefined: there is no plan. */
  checkPlan?(args: Args, current: PlanState): Promise<void> | undefined;
  /** The subtitle of a job: the object of its work; empty when its title says it. */
  subject(args: Args): string;
  /** The text for each phase that the script reports: `write: 'Writing entries'`. */
  phases: Record<string, string>;
  /** The tabs of its result rows, whose refs are like `Experiences!17`. Absent: the rows are not filtered by tab. */
  tabs?: readonly string[];
  /** Summarises the result of a successful run in one sentence. */
  outcome(result: Record<string, unknown>): string;
  /** Why the run itself would be refused, from the result of its dry run: `3 rows are wrong`. Null or absent: it would not. */
  refusal?(result: Record<string, unknown>, args: Args): string | null;
  /** Numbers of the result that grow with the work of a run: only runs of like sizes are compared. Absent: all are. */
  sizes?: string[];
  /** Numbers of the result that the page of its job lists. Absent: all. */
  counts?: string[];
  /** Absent: the dialog states no number of entries. */
  workload?(args: Args, entries: EntryCounts): Workload;
  /** `config` is absent when there is no server whose data could be read. */
  dialog(args: Args, config?: Config): Dialog;
  /** One sentence: the state after a cancel. */
  cancelNote: string;
  /** Why a schedule cannot start such a run, by argument, or by `operation` whatever the arguments are. Absent: it can. */
  schedulingProblems?(args: Args): { field: string; message: string }[];
  /** The schedules that the first start of the server adds, switched off. */
  suggestedSchedules?: SuggestedSchedule[];
  /** The clean-up of the history keeps its runs from the last one on that succeeded, because a check looks at them. */
  isEvidence?: boolean;
};

export const noRetries: RetryPolicy = { maxAttempts: 1, delayMs: 0, backoff: 1 };

/** For work that commits in one step at its end: the configured limit, and no second attempt. */
export const runsOnce = { hardLimitMs: null, retries: noRetries, onRestart: 'fail' } as const;

/** Whether such a run makes a plan that a person can apply. */
export function makesPlan({ checkPlan }: Operation, args: Args): boolean {
  return checkPlan !== undefined && args.dry_run === true;
}
