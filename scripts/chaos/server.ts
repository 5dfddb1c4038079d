// The server that the chaos suite kills: the program with the suite's operations. Writes its address to descriptor 3.
import { writeSync } from 'node:fs';
import { loadConfig } from '../../src/core/config.ts';
import { serve } from '../../src/serve.ts';
import { createChaosCatalogue } from './behaviours.ts';

writeSync(3, `${await serve(loadConfig(), { catalogue: createChaosCatalogue() })}\n`);
