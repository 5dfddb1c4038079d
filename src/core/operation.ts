// What a definition of an operation is. Route, card row, form, dialog, API listing and audit names derive from it.
import type { Config } from './config.ts';

/** An advisory lock that a job asks for. */
export type Claim = { name: string; mode: 'shared' | 'exclusive' };

export type Args = Record<string, unknown>;
export type Danger = 'safe' | 'costly' | 'destructive';

/** One property of a JSON Schema. `labels` words the values of `enum` for the form; `advanced` folds the field away,
 *  `hidden` keeps what a link gave and asks for nothing. */
export type ArgumentProperty = {
  type: 'string' | 'boolean' | 'integer' | 'number';
  title: string;
  description?: string;
  /** A day, `2026-01-31`; only for text. */
  format?: 'date';
  enum?: string[];
  labels?: string[];
  default?: string | boolean | number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  advanced?: boolean;
  hidden?: boolean;
};

export type ArgumentSchema = {
  type: 'object';
  additionalProperties: false;
  properties: Record<string, ArgumentProperty>;
};

/** What the confirm dialog says for certain arguments: a question, its consequences, and both ways out. */
export type Dialog = { question: string; consequences: string[]; confirm: string; keep: string };

/** Why a run would achieve nothing now, and the nearest action that works; `href` leads there. */
type Unavailable = { why: string; instead: { text: string; href: string } };

export type RetryPolicy = { maxAttempts: number; delayMs: number; backoff: number };

/** A command as an argument vector, never a shell line: its first element is a full path, or a name to be looked up in
 *  PATH. `env` names the variables that it is given beyond the allow-list. */
type CustomProgram = { command: [string, ...string[]]; env: string[] };

export type Operation = {
  name: string;
  title: string;
  /** The word on the button, e.g. `Import`. */
  verb: string;
  summary: string;
  description: string;
  icon: string;
  args: ArgumentSchema;
  locks(args: Args): Claim[];
  danger(args: Args): Danger;
  /** Typed before a destructive run; null where no run is destructive. */
  confirmWord: string | null;
  /** A run that takes longer than this is pointed out; it goes on. Absent: half of the hard limit. */
  softLimitMs?: number;
  /** Null: the limit of the configuration. */
  hardLimitMs: number | null;
  retries: RetryPolicy;
  onRestart: 'fail' | 'requeue';
  /** The compiled file below dist/scripts, without its ending; or a program of the operator's own. */
  script: string | CustomProgram;
  /** Checks what the schema cannot say, and gives the arguments as they are recorded; throws `invalid_arguments`. */
  check?(args: Args, config: Config): Args;
  /** Null when a run can achieve something; absent: it always can. Advice only: `check` refuses. */
  unavailable?(config: Config, index: { state: 'none' | 'ready' | 'behind' | 'broken' }): Unavailable | null;
  /** Looks again, before a run begins, whether the plan in its arguments still holds; throws `plan_outdated`. Absent, or
   *  undefined: there is no plan. */
  checkPlan?(
    args: Args,
    current: { config: Config; libraryRevision: () => number },
  ): Promise<void> | undefined;
  /** The line below the job's name: what it works on. */
  subject(args: Args): string;
  /** One sentence of a successful run's result. */
  outcome(result: Record<string, unknown>): string;
  /** `config` is missing where nobody looks at the data of a server. */
  dialog(args: Args, config?: Config): Dialog;
  /** What a cancel leaves behind, in a sentence. */
  cancelNote: string;
};

export const noRetries: RetryPolicy = { maxAttempts: 1, delayMs: 0, backoff: 1 };
