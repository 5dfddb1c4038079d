// The kinds of entries that workers leave in the queue, as `worker_control` stores them: JSON, by kind.
import { type Kind, kinds } from '../library/content.ts';

/** Since when, by whom and why a kind is paused. */
export type KindPause = { at: string; by: string; reason: string | null };
export type PausedKinds = Partial<Record<Kind, KindPause>>;

/** The heading of a kind. */
export const kindTitles: Record<Kind, string> = { experience: 'Experiences', manual: 'Manuals' };

/** A part that cannot be read pauses nothing. */
export function readPausedKinds(text: string | null): PausedKinds {
  const stored = parse(text);
  const read = kinds.flatMap((kind) => {
    const pause = readPause(stored[kind]);
    return pause ? [[kind, pause] as const] : [];
  });
  return Object.fromEntries(read);
}

function parse(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return { ...(value as object | null) };
  } catch {
    return {};
  }
}

function readPause(value: unknown): KindPause | null {
  const { at, by, reason } = (value ?? {}) as Record<string, unknown>;
  if (typeof at !== 'string' || typeof by !== 'string' || Number.isNaN(Date.parse(at))) return null;
  return { at, by, reason: typeof reason === 'string' ? reason : null };
}

/** The kinds that workers embed. */
export function openKinds(paused: PausedKinds): Kind[] {
  return kinds.filter((kind) => !paused[kind]);
}

/** The paused ones of these kinds. */
export function pausedAmong(chosen: readonly Kind[], paused: PausedKinds): PausedKinds {
  return Object.fromEntries(chosen.flatMap((kind) => (paused[kind] ? [[kind, paused[kind]]] : [])));
}

/** `Manuals are paused`; null while none is. */
export function describePausedKinds(paused: PausedKinds): string | null {
  const closed = kinds.filter((kind) => paused[kind]);
  if (closed.length === 0) return null;
  if (closed.length === kinds.length) return 'Both kinds are paused';
  return closed[0] === 'manual' ? 'Manuals are paused' : 'Experiences are paused';
}
