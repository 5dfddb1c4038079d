import t from 'tap';
import {
  canCancel,
  canRetry,
  isTerminal,
  type JobStatus,
  jobStatuses,
  statesBefore,
  transitions,
} from '../../src/jobs/job.ts';

const next = (from: JobStatus) => [
  ...new Set(transitions.filter((move) => move.from === from).map(({ to }) => to)),
];

t.test('each state leads to the states of the specification', async (t) => {
  t.same(Object.fromEntries(jobStatuses.map((status) => [status, next(status).sort()])), {
    queued: ['cancelled', 'failed', 'running'],
    running: ['cancelled', 'failed', 'queued', 'retrying', 'succeeded'],
    retrying: ['cancelled', 'failed', 'queued'],
    succeeded: [],
    failed: [],
    cancelled: [],
  });
});

t.test('every state can reach an end', async (t) => {
  for (const status of jobStatuses) {
    const reached = new Set<JobStatus>([status]);
    for (const from of reached) for (const to of next(from)) reached.add(to);
    t.ok([...reached].some(isTerminal), status);
  }
});

t.test('only the runner starts a job, and only recovery queues a running one again', async (t) => {
  t.same(statesBefore('running', 'runner'), ['queued']);
  t.same(statesBefore('running', 'operator'), []);
  t.same(statesBefore('queued', 'recovery'), ['running']);
  t.same(statesBefore('queued', 'clock'), ['retrying']);
  t.same(statesBefore('cancelled', 'operator'), ['queued', 'retrying']);
});

t.test(
  'a job can be cancelled until it has ended, and retried after it failed or was cancelled',
  async (t) => {
    t.same(jobStatuses.filter(canCancel), ['queued', 'running', 'retrying']);
    t.same(jobStatuses.filter(isTerminal), ['succeeded', 'failed', 'cancelled']);
    t.same(jobStatuses.filter(canRetry), ['failed', 'cancelled']);
  },
);
