// The server that the chaos of storage, and that of webhooks, kill: the program as it is. Writes its address to descriptor 3.
import { writeSync } from 'node:fs';
import { loadConfig } from '../../src/core/config.ts';
import { serve } from '../../src/serve.ts';

writeSync(3, `${await serve(loadConfig())}\n`);
