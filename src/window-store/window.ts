// A maintenance window: a holder of locks with a level, a reason and an end. Pure rules.
import type { Claim } from '../core/operation.ts';
import { jobActor } from '../core/own-actors.ts';

export const levels = ['announce', 'frozen', 'drained', 'read_only'] as const;
export type Level = (typeof levels)[number];

/** Planned until `begun_at`, starting until `entered_at`, active until `ended_at`. */
export type Window = {
  id: number;
  level: Level;
  reason: string;
  starts_at: string;
  ends_at: string;
  begun_at: string | null;
  entered_at: string | null;
  ended_at: string | null;
  ended_by: string | null;
  created_by: string;
  created_at: string;
};

export type WindowState = 'planned' | 'starting' | 'active' | 'ended';

export function stateOf({ begun_at, entered_at, ended_at }: Window): WindowState {
  if (ended_at !== null) return 'ended';
  if (begun_at === null) return 'planned';
  return entered_at === null ? 'starting' : 'active';
}

/** Whether its end has come, even if nobody has ended it yet. */
export function isOver({ ended_at, ends_at }: Pick<Window, 'ended_at' | 'ends_at'>, now: Date): boolean {
  return ended_at !== null || ends_at <= now.toISOString();
}

/** Whether its start has come and its end has not, even if nobody has begun it yet. */
export function isUnderWay(window: Window, now: Date): boolean {
  return !isOver(window, now) && (window.begun_at !== null || window.starts_at <= now.toISOString());
}

/** Whether windows of the level claim something, so that two of them may not overlap. */
export function holdsBack(level: Level): boolean {
  return level !== 'announce';
}

/** Whether another sender has made the window, so that its end needs a reason. A program sends for its person. */
export function isOfAnother({ created_by }: Pick<Window, 'created_by'>, actor: string): boolean {
  return senderOf(created_by) !== senderOf(actor);
}

/** The token or the person of an actor, without the name in brackets that a program gives itself. */
function senderOf(actor: string): string {
  return actor.split(' (')[0] ?? actor;
}

/** Whether a run that windows of the level hold back may be queued behind them. */
export function mayWaitBehind(level: Level): boolean {
  return level !== 'read_only';
}

/** The number of the job that has opened the window in its own name, and with which it ends; null for the window of a person. */
export function jobOf({ created_by }: Pick<Window, 'created_by'>): number | null {
  const number = Number(/^job #(\d+)$/.exec(created_by)?.[1] ?? Number.NaN);
  return created_by === jobActor(number) ? number : null;
}

/** The claim that conflicts with that of every job, even of a job that claims nothing. */
export const everything = '*';

const drained: Claim[] = [everything, 'index', 'library', 'sheets'].map((name) => ({
  name,
  mode: 'exclusive',
}));

/** The claims of a window in the lock queue. */
export const claimsOfLevel: Record<Level, Claim[]> = {
  announce: [],
  frozen: [
    { name: 'library', mode: 'shared' },
    { name: 'sheets', mode: 'exclusive' },
  ],
  drained,
  read_only: drained,
};

const prefix = 'window:';

/** The name of a window in the lock queue, and as the target of audit rows. */
export function keyOf({ id }: { id: number | string }): string {
  return `${prefix}${id}`;
}

/** The id of the window with this name in the lock queue; null for a job. */
export function windowIdOf(key: string): number | null {
  return key.startsWith(prefix) ? Number(key.slice(prefix.length)) : null;
}
