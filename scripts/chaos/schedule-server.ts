// The server that the chaos of schedules kills. Its clock runs faster, from a time that its arguments give, and its ticker
// decides several times a second, since a timer knows nothing of that clock. Writes its address to descriptor 3.
import { writeSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/core/config.ts';
import { createServerLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { onStopSignal } from '../../src/core/stop-signals.ts';
import { schedules } from '../../src/schedules/feature.ts';
import { createChaosCatalogue } from './behaviours.ts';
import { readClock } from './fast-clock.ts';

const config = loadConfig();
const redactor = createRedactor(config);
const serverLog = createServerLog(config.logLevel, redactor);
const now = readClock(process.argv.slice(2));
const app = await createApp(config, { ...serverLog, redactor, now, catalogue: createChaosCatalogue() });
let isStopping = false;
onStopSignal(() => {
  isStopping = true;
  void app.close(0);
});
writeSync(3, `${await app.start()}\n`);
const { ticker } = app.use(schedules);
while (!isStopping) {
  await ticker.runOnce();
  await after(100);
}
