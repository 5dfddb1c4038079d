// Watches one condition: runs the looks of its check one after another, and knows when the next is due. Times in ms of a
// steady clock.
import type { Check, Found, Looked } from '../core/check.ts';
import { explain } from '../core/faults.ts';
import { lowerFirst, upperFirst } from '../core/format.ts';
import { inTime } from '../core/in-time.ts';

/** The result of a look, or the reason why it has none. */
export type Seen = { at: string; tookMs: number } & (
  | (Looked & { error: null })
  | { says: null; found: null; error: string }
);

export type Watch = {
  check: Check;
  title: string;
  /** Its look may be repeated for a request. */
  isCheap: boolean;
  /** Null before the first look has ended. */
  last(): Seen | null;
  /** One of its events has happened. */
  markDirty(): void;
  /** Says what the looks so far have meant. */
  settle(state: { hasTrouble: boolean; needsConfirming: boolean }): void;
  isDue(): boolean;
  /** Something is open, or was until the last look. */
  hasTrouble(): boolean;
  /** Whether its last look is at least so old, or before one of its events. */
  isOlderThan(ms: number): boolean;
  /** Gives what it saw to `take`. Concurrent calls share a look. Never rejects; ends after the limit at the latest. */
  look(take: (seen: Seen) => void): Promise<void>;
};

const lookMaxMs = 10_000;
/** A check of which events say that something has changed looks at most so often. */
const apartMs = 1000;
/** After a first good look, another one confirms that the trouble is over. */
const confirmAfterMs = 1500;
/** While something is found, a check looks at least so often. */
const troubleEveryMs = 60_000;
const cheapSec = 60;

type Given = { now: () => Date; steadyNow: () => number; maxMs?: number };

export function createWatch(check: Check, { now, steadyNow, maxMs = lookMaxMs }: Given): Watch {
  let isDirty = true;
  let confirmAt: number | null = null;
  let hasTrouble = false;
  let lookedAt: number | null = null;
  let lookedOn: string | null = null;
  let last: Seen | null = null;
  let current: Promise<void> | null = null;
  /** Ends long after `current` if the look is stuck. */
  let looking: Promise<unknown> | null = null;

  return {
    check,
    title: check.title ?? upperFirst(check.id.replaceAll('-', ' ')),
    isCheap: check.everySec <= cheapSec,
    last: () => last,

    markDirty() {
      if (!check.dependsOn || check.dependsOn() !== lookedOn) isDirty = true;
    },

    settle(state) {
      hasTrouble = state.hasTrouble;
      confirmAt = state.needsConfirming ? steadyNow() + confirmAfterMs : null;
    },

    hasTrouble: () => hasTrouble,

    isDue() {
      const age = ageMs();
      if (confirmAt !== null && steadyNow() >= confirmAt) return true;
      if (isDirty && age >= apartMs) return true;
      return age >= (hasTrouble ? Math.min(check.everySec * 1000, troubleEveryMs) : check.everySec * 1000);
    },

    isOlderThan: (ms: number) => isDirty || ageMs() >= ms,

    look: (take) =>
      (current ??= lookOnce()
        .then(take)
        .finally(() => (current = null))),
  };

  function ageMs(): number {
    return lookedAt === null ? Number.POSITIVE_INFINITY : steadyNow() - lookedAt;
  }

  async function lookOnce(): Promise<Seen> {
    isDirty = false;
    lookedAt = steadyNow();
    lookedOn = check.dependsOn?.() ?? null;
    const at = now().toISOString();
    const started = performance.now();
    const outcome = await lookOrExplain();
    const seen: Seen = { at, tookMs: Math.round(performance.now() - started), ...outcome };
    last = seen;
    return seen;
  }

  async function lookOrExplain() {
    if (looking) return failed('The look before it has not ended yet.');
    const look = (async () => check.look())();
    looking = look.catch(() => {}).finally(() => (looking = null));
    return endInTime(look, maxMs);
  }
}

async function endInTime(look: Promise<Looked>, maxMs: number) {
  try {
    const seen = await inTime(look, maxMs);
    return seen === null ? failed(`The look took longer than ${maxMs / 1000} s.`) : { ...seen, error: null };
  } catch (error) {
    return failed(explain(error));
  }
}

function failed(error: string) {
  return { says: null, found: null, error };
}

/** The subject of the finding that a look itself failed. */
export const lookSubject = 'look';

/** A look that fails is a finding. Most looks read the databases. */
export function describeFailed(title: string, error: string): Found {
  return {
    subject: lookSubject,
    severity: 'error',
    title: `${upperFirst(title)}: could not be checked`,
    text: `${error} The other checks go on.`,
    stops: [`the check of ${lowerFirst(title)}`],
    causedBy: ['data-folder', 'disk-space', 'database', 'database-files'],
  };
}
