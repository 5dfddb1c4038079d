// Items of a checklist: steps of a run, action items of an incident.
export const itemStates = ['open', 'done', 'skipped', 'failed'] as const;
type ItemState = (typeof itemStates)[number];

/** `of`: its owner as an audit target, such as `run:14`; `n` counts from 1 in it. `at`, `actor`: of the last change of the
 *  state. `due`: a date, `2026-12-04`. `job`: the number of the job that it has started. */
export type ChecklistItem = {
  id: number;
  of: string;
  n: number;
  text: string;
  owner: string | null;
  due: string | null;
  state: ItemState;
  at: string | null;
  actor: string | null;
  note: string | null;
  job: number | null;
};

export type NewItem = Pick<ChecklistItem, 'text' | 'owner' | 'due'>;
