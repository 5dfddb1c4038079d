// The heartbeat of the stream, which shows a page that it is still connected.
import type { Frames } from './frames.ts';

const tickMs = 5000;
/** A tick due within this time is sent with a change: one write to each reader instead of two. */
const tickEarlyMs = 1500;

export function createTicker(now: () => Date, frames: Frames, onTick: (frame: Buffer) => void) {
  let timer: NodeJS.Timeout | null = null;
  let tickedAt = 0;

  return {
    frame: newFrame,

    start() {
      if (timer) return;
      tickedAt = now().getTime();
      timer = setInterval(tick, tickMs);
    },

    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },

    tickIfSoon() {
      if (!timer || now().getTime() - tickedAt < tickMs - tickEarlyMs) return;
      timer.refresh();
      tick();
    },
  };

  function tick() {
    tickedAt = now().getTime();
    onTick(newFrame());
  }

  function newFrame(): Buffer {
    return frames.ofSignal('tick', now().toISOString());
  }
}
