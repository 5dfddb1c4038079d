// A script that does nothing, as a script of this program does it.
import { runScript } from '../../src/jobs/script.ts';

await runScript(() => ({}));
