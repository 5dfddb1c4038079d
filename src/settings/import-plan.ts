// The changes that an import of a file of settings would make.

/** `changed` and `unchanged` can be applied; one that is `unknown` or `refused` keeps the file from being applied. */
export type ImportChange = {
  key: string;
  title: string;
  state: 'changed' | 'unchanged' | 'unknown' | 'refused';
  before: unknown;
  after: unknown;
  why: string | null;
};
export type ImportPlan = { plan: string; changes: ImportChange[] };
