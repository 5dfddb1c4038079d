// Loaded with --import into a server that a bench watches: answers each IPC message with its longest stall since the last one, and
// with its memory now and at most, in bytes.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { peakBytes } from './peak-bytes.ts';

if (isMainThread && process.channel) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => {
    process.send?.({ stallMs: delay.max / 1e6, rssBytes: process.memoryUsage.rss(), peakBytes: peakBytes() });
    delay.reset();
  });
  process.channel.unref();
}
