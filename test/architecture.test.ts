// Checks every file of src and scripts against ARCHITECTURE.md, except for the exceptions below.
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { type Exceptions, findViolations, withoutExceptions } from './support/architecture.ts';

const partOfLibrary = 'a part of the library repository';

const exceptions: Exceptions = {
  'only web folders name HTTP statuses': {
    'src/core/outbound/proxy.ts': "reads the status of a proxy's answer as a client",
    'src/webhooks/post.ts': "reads the status of a receiver's answer as a client",
  },
  'every cache is made by core/cache': {
    'src/access/attempts.ts': 'counts wrong tokens, which nothing could make again',
    'src/access/uses.ts': 'limits writes, and keeps no value',
    'src/bulk/bulk.ts': 'the runs themselves, which nothing could make again',
    'src/core/audit.ts': 'marks requests that have their row, and keeps no value',
  },
  'only core/db and repositories write SQL': {
    'src/core/audit.ts': 'the two statements of the audit log',
    'src/embedding/model-change.ts': 'one transaction over tables of three repositories',
    'src/index/faiss-metadata.ts': 'reads a table of CHL itself',
    'src/jobs/script.ts': 'the one statement a script runs before it commits',
    'src/library/applied.ts': partOfLibrary,
    'src/library/counts.ts': partOfLibrary,
    'src/library/entry.ts': partOfLibrary,
    'src/telemetry/job-figures.ts': 'the part of the telemetry repository that counts jobs',
    'src/workers/process.ts': 'sets how long a worker waits for a lock',
  },
};

t.test('imports, contents and sizes follow ARCHITECTURE.md', async (t) => {
  t.same(withoutExceptions(findViolations(packageRoot), exceptions), []);
});
