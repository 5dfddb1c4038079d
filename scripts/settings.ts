// Writes .env.example from the declarations of the settings: npm run settings
import fs from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../src/core/config.ts';
import { envExample } from '../src/core/settings/env-example.ts';

fs.writeFileSync(path.join(packageRoot, '.env.example'), envExample());
