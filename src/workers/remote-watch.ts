// The remote workers of the queue that the settings name, looked up from time to time for the card and the API.
import type { Kernel } from '../core/kernel.ts';
import { explain } from '../core/faults.ts';
import { createLoop } from '../core/loop.ts';
import type { RemoteJobs } from '../embedding/remote-jobs.ts';
import type { HostFacts } from '../embedding/remote-protocol.ts';
import { labelOf } from '../embedding/queue-address.ts';

/** `queue`: its address without the password. `problem`: why the hosts are not known, a message. */
export type RemoteView = { queue: string; hosts: HostFacts[]; problem: string | null };

const everyMs = 5000;

type Given = Pick<Kernel, 'bus' | 'config'>;

/** Without a queue, or in noop mode, nothing is looked up and no package is loaded. */
export function createRemoteWatch({ bus, config: { embeddingQueue: address, mode } }: Given) {
  const queue = address === null ? '' : labelOf(address);
  const none = (problem: string | null): RemoteView => ({ queue, hosts: [], problem });
  let view: RemoteView | null = address === null ? null : none(null);
  let jobs: RemoteJobs | null = null;
  const loop = createLoop({ everyMs, runOnce: look, onError: (error) => show(none(explain(error))) });

  return {
    /** Null without a queue. */
    view: () => view,

    /** Does not wait for the first answer. */
    start() {
      if (address !== null && mode !== 'noop') void loop.start();
    },

    async stop() {
      await loop.stop();
      jobs?.close();
    },
  };

  async function look() {
    if (address === null) return;
    if (!jobs?.isOpen()) {
      const { openRemoteJobs } = await import('../embedding/remote-jobs.ts');
      jobs = await openRemoteJobs(address);
    }
    show({ ...none(null), hosts: await jobs.hosts() });
  }

  function show(next: RemoteView) {
    const hasChanged = JSON.stringify(next) !== JSON.stringify(view);
    view = next;
    if (hasChanged) bus.emit('workers');
  }
}
