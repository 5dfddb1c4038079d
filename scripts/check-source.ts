// Checks a named sheet in a separate process, so that its size or content cannot harm the server, which starts it when a person
// asks for it. Not an operation. Its work is in src/sources/check-source.ts.
import { runScript } from '../src/jobs/script.ts';
import { checkSource, type SourceCheck } from '../src/sources/check-source.ts';
import { openSourceFinder } from '../src/source-store/source-repository.ts';

await runScript<SourceCheck>((check, { config, progress }) =>
  checkSource(config, openSourceFinder(config.opsDatabasePath), check, progress),
);
