// The server that the chaos suite kills: the whole application with the suite's operations. Says its address on
// descriptor 3.
import { writeSync } from 'node:fs';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { createChaosCatalogue } from './behaviours.ts';

const config = loadConfig();
const app = await createApp(config, { log: createLog(config.logLevel), catalogue: createChaosCatalogue() });
process.once('SIGTERM', () => void app.close());
writeSync(3, `${await app.start()}\n`);
