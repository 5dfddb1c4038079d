// The server. Writes its address to descriptor 3, then its state every second. SIGUSR2 starts a new measurement of its
// stalls.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadConfig } from '../../src/core/config.ts';
import { serve } from '../../src/serve.ts';

/** Stalls of the event loop in milliseconds: the 99th percentile and the maximum. */
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
