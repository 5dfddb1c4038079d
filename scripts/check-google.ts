// Opens the named Google spreadsheets with a key in a separate process, which the server starts to check a credential. Not an
// operation. Its work is in src/credentials/open-sheets.ts.
import type { SheetSource } from '../src/core/sheet-source.ts';
import { openSheets } from '../src/credentials/open-sheets.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript<{ sources: SheetSource[] }>(({ sources }, { config }) => openSheets(config, sources));
