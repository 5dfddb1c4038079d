// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { declaredFlags } from './declared.ts';
import { createFlagReader } from './flag-reader.ts';
import { createFlagRepository } from './flag-repository.ts';
import { createFlags } from './flags.ts';

export type FlagContext = Kernel & ReturnType<typeof createFlagParts>;

export function createFlagParts(ctx: Context) {
  const { bus, log, now, ops, untilFree } = ctx;
  const flagRepository = createFlagRepository(ops);
  const flags = createFlags({ ...ctx, flagRepository });
  const reader = createFlagReader({
    flagRepository,
    untilFree,
    now,
    onError: (error) => log.error({ err: error }, 'the last read of a flag could not be saved'),
  });
  bus.on('flags', reader.reload);

  return {
    flagRepository,
    flags,
    isOn: reader.isOn,

    /** A flag is stale only if this installation has known it for long. */
    async noteKnown() {
      const at = now().toISOString();
      const note = () => flagRepository.transaction(noteAll);
      const noteAll = () => {
        for (const { key } of declaredFlags) flagRepository.noteKnown(key, at);
      };
      await untilFree(note).catch((error) => log.error({ err: error }, 'new flags could not be recorded'));
    },
    settled: reader.settled,
  };
}
