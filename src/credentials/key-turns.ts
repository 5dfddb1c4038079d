// Takes one change or check of a credential at a time, and knows which of them are under way.
import type { Bus } from '../core/bus.ts';
import { createTurns } from '../sources/turns.ts';
import { credentialList } from './credential-list.ts';

export type KeyTurns = ReturnType<typeof createKeyTurns>;

export function createKeyTurns(bus: Bus) {
  const turns = new Map(credentialList.map(({ name }) => [name, createTurns(1)]));
  const waiting = new Map<string, number>();
  const count = (name: string, by: number) => {
    waiting.set(name, (waiting.get(name) ?? 0) + by);
    bus.emit('credentials');
  };
  return {
    /** Whether the credential is being changed or checked. */
    isBusy: (name: string) => (waiting.get(name) ?? 0) > 0,

    async take<T>(name: string, work: () => Promise<T>): Promise<T> {
      count(name, 1);
      try {
        return await (turns.get(name) ?? createTurns(1)).take(work);
      } finally {
        count(name, -1);
      }
    },
  };
}
