// Answers whether a flag is on, from memory. The time of its last read is saved at most once an hour.
import type { UntilFree } from '../core/db/busy-retry.ts';
import { declaredFlags, type FlagKey } from './declared.ts';
import { type FlagState, isOnFor, shareOf } from './flag.ts';
import type { FlagRepository } from './flag-repository.ts';

const writeEveryMs = 3_600_000;

type Given = {
  flagRepository: Pick<FlagRepository, 'saved' | 'uses' | 'noteRead'>;
  untilFree: UntilFree;
  now: () => Date;
  onError: (error: unknown) => void;
};

export type FlagReader = ReturnType<typeof createFlagReader>;

/** A process that does not hear the event `flags` calls `reload` now and then. */
export function createFlagReader({ flagRepository, untilFree, now, onError }: Given) {
  let states = readStates();
  const writtenAt = readUses();
  let writing: Promise<unknown> = Promise.resolve();

  return {
    /** Whether the flag is on for this unit, such as the id of a request. */
    isOn(key: FlagKey, unit: string): boolean {
      const state = states.get(key) ?? null;
      if (state) noteRead(key);
      return isOnFor(key, state, unit);
    },

    /** Whether it is off whatever the unit, for a reader that would have to look for units. */
    isOffForAll(key: FlagKey): boolean {
      const state = states.get(key) ?? null;
      if (state) noteRead(key);
      return state === null || shareOf(state) === 0;
    },

    reload() {
      states = readStates();
    },

    /** Resolves when the current write has ended. */
    settled: () => writing,
  };

  function readStates(): Map<string, FlagState> {
    const saved = flagRepository.saved();
    return new Map(declaredFlags.map((flag) => [flag.key, saved.get(flag.key) ?? flag.default]));
  }

  function readUses(): Map<string, number> {
    const uses = [...flagRepository.uses().values()];
    return new Map(uses.map(({ key, read_at: at }) => [key, at === null ? 0 : Date.parse(at)]));
  }

  function noteRead(key: string) {
    const at = now();
    const sinceMs = at.getTime() - (writtenAt.get(key) ?? 0);
    // A clock that was set back does not keep it from being written.
    if (sinceMs >= 0 && sinceMs < writeEveryMs) return;
    writtenAt.set(key, at.getTime());
    const write = () => untilFree(() => flagRepository.noteRead(key, at.toISOString()));
    // Beside the request that reads the flag.
    writing = Promise.all([writing, new Promise(setImmediate).then(write).catch(onError)]);
  }
}
