import { closeSync } from 'node:fs';

closeSync(0);
