// The operation `recount`; its work is src/databases/recount.ts.
import { recount } from '../src/databases/recount.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript((_args, context) => recount(context));
