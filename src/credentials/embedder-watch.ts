// Follows the settings of the embedder: when they change, workers and searches restart with them, while the server runs.
import { coalesceNext } from '../core/coalesce.ts';
import type { Kernel } from '../core/kernel.ts';

type Given = Pick<Kernel, 'bus' | 'config' | 'log'> & {
  /** Settles when workers and searches use the new embedder. */
  change: () => Promise<unknown>;
  /** Called first, for another service or model: what was found of the former one says nothing about it. */
  onOther: () => void;
};

export function createEmbedderWatch({ bus, config, log, change, onOther }: Given) {
  const read = () => ({
    service: JSON.stringify([config.embedding?.url, config.embedding?.model]),
    whole: JSON.stringify([config.embedding, config.embeddingBatch]),
  });
  let used = read();
  let changing = 0;
  const run = coalesceNext(change);

  async function look() {
    const before = used;
    used = read();
    if (used.whole === before.whole) return;
    if (used.service !== before.service) onOther();
    changing += 1;
    bus.emit('credentials');
    try {
      await run();
    } catch (error) {
      log.error({ err: error }, 'workers or searches could not change to the new embedder');
    } finally {
      changing -= 1;
      bus.emit('credentials');
    }
  }

  const onSettings = () => void look();
  return {
    /** Whether workers and searches are restarting. */
    isChanging: () => changing > 0,
    start() {
      used = read();
      bus.on('settings', onSettings);
    },
    stop: () => void bus.off('settings', onSettings),
  };
}
