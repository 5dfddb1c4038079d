// Writes .env.example, and the table in docs/settings.md, from the declarations of the settings: npm run settings
import fs from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../src/core/config.ts';
import { envExample } from '../src/settings/env-example.ts';
import { withSettingsTable } from '../src/settings/settings-table.ts';

const docs = path.join(packageRoot, 'docs/settings.md');
fs.writeFileSync(path.join(packageRoot, '.env.example'), envExample());
fs.writeFileSync(docs, withSettingsTable(fs.readFileSync(docs, 'utf8')));
