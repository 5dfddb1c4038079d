// A script that does nothing, with the same start and end as every script.
import { runScript } from '../../src/jobs/script.ts';

await runScript(() => ({}));
