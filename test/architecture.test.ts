// Holds the picture of ARCHITECTURE.md true for every file of src, scripts and views, but for the exceptions below.
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { type Exceptions, findViolations, withoutExceptions } from './support/architecture.ts';

const restructured = 'until features are declared';
const all = { '': restructured };
const split = 'to be split';

const exceptions: Exceptions = {
  'core never imports domain': all,
  'web never imports domain': all,
  'web never imports feature web': all,
  'domain never imports web': all,
  "no feature imports another's web": all,
  'no cycles between features': all,
  'no cycles': {
    'src/cli/doctor-embedding.ts': restructured,
    'src/core/operation.ts': restructured,
  },
  'only core/db and repositories write SQL': {
    'src/core/audit.ts': 'the two statements of the audit log',
    'src/embedding/model-change.ts': 'one transaction over tables of three repositories',
    'src/index/faiss-metadata.ts': 'a table of CHL itself, which is only read',
    'src/jobs/fence.ts': 'the one statement a script runs before it commits',
    'src/library/applied.ts': 'the statements of the table of applied jobs',
    'src/library/counts.ts': 'the part of the library repository that counts',
    'src/library/entry.ts': 'the part of the library repository that reads one entry',
    'src/telemetry/job-figures.ts': 'the part of the telemetry repository that counts jobs',
    'src/workers/process.ts': 'sets how long a worker waits for a lock',
  },
  'no function has over 59 lines': {
    'src/app.ts createApp': split,
    'src/dashboard/web/pages.ts registerOperationsPages': split,
    'src/embedding/sqlite-queue.ts createSqliteQueue': split,
    'src/index/live.ts createLiveIndex': split,
    'src/jobs/web/api.ts registerJobsApi': split,
    'src/jobs/web/pages.ts registerJobPages': split,
    'src/snapshots/receive.ts createWriter': split,
    'src/snapshots/upload.ts createUploads': split,
    'src/telemetry/web/metrics.ts registerMetrics': split,
    'src/web/stream/stream.ts createStream': split,
    'src/workers/web/pages.ts registerWorkersPages': split,
    'scripts/chaos/queue-walk.ts startWalk': split,
    'scripts/chaos/worker-rig.ts openRig': split,
  },
  'half of the files have 55 lines at most': all,
  'no line of a template has over 110 columns': all,
  'a template has one element a line': all,
};

t.test('imports, contents and sizes are as ARCHITECTURE.md says', async (t) => {
  t.same(withoutExceptions(findViolations(packageRoot), exceptions), []);
});
