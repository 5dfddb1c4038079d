// Checks a named sheet in a separate process, so that its size or content cannot harm the server, which starts it when a person
// asks for it. Not an operation. Its work is in src/sources/check-source.ts.
import type { SheetSource } from '../src/core/sheet-source.ts';
import { runScript } from '../src/jobs/script.ts';
import { checkSource } from '../src/sources/check-source.ts';

await runScript<SheetSource>((source, { config, progress }) => checkSource(config, source, progress));
