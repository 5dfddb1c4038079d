// Reads the headers of a local named sheet in a separate process, whose content cannot harm the server, which starts it when
// the files have changed. Not an operation. Its work is in src/sources/check-source.ts.
import type { SheetSource } from '../src/core/sheet-source.ts';
import { runScript } from '../src/jobs/script.ts';
import { findHeaderProblem } from '../src/sources/check-source.ts';

await runScript<SheetSource>(async (source, { config }) => ({
  problem: await findHeaderProblem(config, source),
}));
