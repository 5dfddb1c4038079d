// A group of errors with the same fingerprint, and the decision of people on it.
import { AppError } from '../core/errors.ts';
import type { Parts } from './fingerprint.ts';

export const groupStates = ['open', 'resolved', 'muted'] as const;
export type GroupState = (typeof groupStates)[number];

/** The newest error of a group, and where its errors were seen. */
export type Sample = {
  at: string;
  text: string;
  version: string;
  worker: string | null;
  entry: string | null;
  /** The newest last. */
  jobs: number[];
  requests: string[];
};

/** `changed_at`, `changed_by`: of the last decision. `resolved_version`: the version that ran when it was resolved. `came_back_at`:
 *  when it was seen again after that. */
export type Group = Parts & {
  id: number;
  fingerprint: string;
  title: string;
  first_at: string;
  last_at: string;
  times: number;
  first_version: string;
  state: GroupState;
  changed_at: string | null;
  changed_by: string | null;
  resolved_version: string | null;
  came_back_at: string | null;
};

/** An error without a route or an operation has what failed as its place, with which its title begins. */
export const isInTitle = ({ place, title }: Pick<Group, 'place' | 'title'>) => title.startsWith(`${place}: `);

/** The number of groups that may be decided on at once. */
export const maxDecided = 200;

export const groupTarget = (id: number | string) => `error:${id}`;

export function unknownGroup(id: number): AppError {
  return new AppError(
    'not_found',
    `There is no group of errors ${id}. Old groups are removed; the others are at /errors.`,
  );
}

/** `open` contains `back`, `new` and `since-success`. */
export const groupViews = ['open', 'back', 'new', 'since-success', 'resolved', 'muted', 'all'] as const;
export type GroupView = (typeof groupViews)[number];

const hourMs = 3_600_000;

/** The UTC hours up to this one, the oldest first. */
export function lastHours(now: Date, hours: number): string[] {
  return Array.from({ length: hours }, (_, at) =>
    hourOf(new Date(now.getTime() - (hours - 1 - at) * hourMs)),
  );
}

/** `2026-11-28T14` */
export const hourOf = (at: Date) => at.toISOString().slice(0, 'YYYY-MM-DDTHH'.length);
