// The server itself, which says on descriptor 3 where it listens, and then each second how it is. SIGUSR2 begins a new
// measurement of its stalls.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadConfig } from '../../src/core/config.ts';
import { serve } from '../../src/serve.ts';

/** Stalls of the event loop in milliseconds: the 99th of 100, and the longest. */
export type Health = { rssBytes: number; lagP99: number; lagMax: number };

const say = (line: unknown) => writeSync(3, `${JSON.stringify(line)}\n`);

say(await serve(loadConfig()));
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => delay.reset());
setInterval(() => {
  const health: Health = {
    rssBytes: process.memoryUsage.rss(),
    lagP99: delay.percentile(99) / 1e6,
    lagMax: delay.max / 1e6,
  };
  say(health);
}, 1000);
