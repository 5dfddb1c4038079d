// Slows a child that floods its pipes: they are paused when the bytes of a time slice are used up, and it blocks.
import type { Readable } from 'node:stream';

const sliceMs = 50;

/** All pipes share `bytesPerSec`; a byte of a pipe counts `cost` bytes. */
export function limitBytes(pipes: { pipe: Readable; cost: number }[], bytesPerSec: number) {
  const sliceBytes = (bytesPerSec * sliceMs) / 1000;
  let used = 0;
  let sliceStart = 0;
  let timer: NodeJS.Timeout | null = null;
  let isLifted = false;

  const resume = () => {
    timer = null;
    for (const { pipe } of pipes) pipe.resume();
  };
  for (const { pipe, cost } of pipes) {
    pipe.on('data', (chunk: Buffer) => {
      const now = performance.now();
      if (now - sliceStart >= sliceMs) [sliceStart, used] = [now, 0];
      used += chunk.length * cost;
      if (used < sliceBytes || timer || isLifted) return;
      for (const { pipe: each } of pipes) each.pause();
      timer = setTimeout(resume, Math.max(1, sliceMs - (now - sliceStart)));
    });
  }

  return {
    /** Ends the limit: after the exit of the child the rest is small and must be read soon. */
    lift() {
      isLifted = true;
      if (timer) clearTimeout(timer);
      resume();
    },
  };
}
