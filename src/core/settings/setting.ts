// A setting is declared once: reader, page, API, .env.example and the environment of children derive from its declaration.

/** The headings under which settings are shown, in this order. `meta` says when a change takes effect, unless `ownEffect`
 *  does; `href` is the page that changes them, null where only the environment does. */
export const groups = {
  server: { title: 'Server', meta: 'Read at the start', href: null },
  data: { title: 'Data folder and mode', meta: 'Read at the start', href: null },
  access: { title: 'Access', meta: 'Read at the start', href: null },
  operator: { title: 'Operator', meta: 'Used from the next request', href: '/settings/limits' },
  jobs: { title: 'Jobs', meta: 'Read at the next job', href: '/settings/limits' },
  limits: { title: 'Limits of operations', meta: 'Read at the next job', href: '/settings/limits' },
  retention: { title: 'History and backups', meta: 'Read at the next removal', href: '/settings/limits' },
  sheets: {
    title: 'Sheets and uploads',
    meta: 'Read at the next upload or import',
    href: '/settings/limits',
  },
  embedding: { title: 'Embedding', meta: 'Workers restart with a change', href: '/settings/limits' },
  service: {
    title: 'Embedding service',
    meta: 'Workers and searches restart',
    href: '/settings/embedder',
  },
  google: { title: 'Google', meta: 'Read at the next job', href: '/settings/credentials' },
  live: { title: 'Live updates and log', meta: 'Read at the next connection', href: '/settings/limits' },
  activity: {
    title: 'Kept log and traces',
    meta: 'Used from the next request',
    href: '/settings/limits',
  },
  incidents: { title: 'Incidents', meta: 'Used for the next incident', href: '/settings/limits' },
  costs: { title: 'Prices and budgets', meta: 'Used from the next look', href: '/settings/limits' },
  webhooks: { title: 'Webhooks', meta: 'Used from the next delivery', href: '/settings/limits' },
  checks: { title: 'Checks', meta: 'Read at the next look', href: '/settings/limits' },
} as const;
export type GroupName = keyof typeof groups;

/** The folders from which relative paths are resolved: `folder` is that of the .env file, `root` the data root. */
export type Base = { folder: string; root: string };

/** How values are read and checked. A value is JSON: what is saved, exported, and sent by the API. */
export type Kind<Value> = {
  /** Chooses the field of the form. */
  type: 'integer' | 'choice' | 'text' | 'list' | 'toggle' | 'path';
  min?: number;
  max?: number;
  choices?: readonly string[];
  /** Between the items of a list. */
  separator?: string;
  /** The allowed values as a sentence; empty: any text. */
  allowed: string;
  /** Reads a variable that is not empty. Throws `config` with its name, its value and the allowed values. */
  parse(written: string, name: string, folder: string): Value;
  /** Says what is wrong with a saved or submitted value, as a sentence; null when nothing is. */
  findFault(value: unknown): string | null;
  /** Completes a submitted value: a path without its `~`. Absent: it is saved as it is. */
  complete?(value: unknown): unknown;
  /** Gives the text of a variable or a field. */
  write(value: Value): string;
  /** Reads a field that is not empty; what `findFault` then refuses is passed on as text. */
  fromField(text: string): unknown;
};

export type Setting<Value = unknown, Used = unknown> = {
  key: string;
  /** Null: it cannot be set in the environment. */
  variable: string | null;
  group: GroupName;
  title: string;
  /** Whole sentences about its meaning, without the allowed values. */
  text: string;
  unit: string | null;
  kind: Kind<Value>;
  default: Value;
  /** The default in words, where the value does not say it. */
  defaultText: string;
  /** A value is never shown, exported or audited. */
  isSecret: boolean;
  /** Why only the environment can set it; null: it can be saved. */
  onlyEnvironment: string | null;
  /** The name of the credential whose file it is; null: it is none. Credentials have forms of their own. */
  credential: string | null;
  needsRestart: boolean;
  /** The time at which a change takes effect, in words; null where its group or `needsRestart` says it. */
  effect: string | null;
  /** Scripts and workers get its value. */
  toChildren: boolean;
  /** The value as `Config` has it: in bytes and milliseconds, with absolute paths. */
  use(value: Value, base: Base): Used;
  /** The value again, as far as a child needs it. */
  toValue(used: Used): Value;
};

type Used<One> = One extends { use(value: never, base: Base): infer Value } ? Value : never;
export type UsedOf<Declared> = { [Name in keyof Declared]: Used<Declared[Name]> };

/** The members that each declaration writes; the others have defaults. */
export type Common = Pick<Setting, 'key' | 'variable' | 'group' | 'title' | 'text'> &
  Partial<
    Pick<
      Setting,
      'isSecret' | 'onlyEnvironment' | 'credential' | 'needsRestart' | 'effect' | 'toChildren' | 'defaultText'
    >
  >;

export const commonDefaults = {
  unit: null,
  isSecret: false,
  onlyEnvironment: null,
  credential: null,
  needsRestart: false,
  effect: null,
  toChildren: false,
} as const;

/** Says when a change of a setting takes effect; null if the words of its group say it. */
export function ownEffect({ needsRestart, effect, onlyEnvironment }: Setting): string | null {
  return needsRestart && onlyEnvironment === null ? 'A change needs a restart of the server.' : effect;
}
