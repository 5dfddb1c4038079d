import t from 'tap';
import { titleOf, viewFailure } from '../../src/jobs/failure-view.ts';
import { failureOf, type Job } from '../../src/jobs/job.ts';
import { defineOperation } from '../support/operations.ts';

const job = (failure: Job['failure']) => ({ id: 'x', number: 7, operation: 'chore', failure }) as Job;
const custom = defineOperation({ script: { command: ['/bin/chore'], env: [] } });
const nextOf = (failure: Job['failure'], operation = defineOperation(), hasRows = false) =>
  viewFailure(job(failure), operation, () => hasRows)?.next;

t.test('the title is the last error line of the script, and equal failures have equal titles', (t) => {
  const cases = [
    [failureOf('exited', 'ValueError: no column id (exit code 3)'), 'ValueError: no column id'],
    [failureOf('exited', 'ValueError: no column id (exit code 4)'), 'ValueError: no column id'],
    [failureOf('exited', 'The script ended with exit code 3.'), 'The script ended with exit code 3.'],
    [failureOf('exited', ' (exit code 3)'), 'Ended with an error'],
    [failureOf('bad_input', '3 rows have no title.\nmore'), '3 rows have no title.'],
    [failureOf('timed_out', 'Stopped at its time limit of 2 s.'), 'Took too long'],
    [failureOf('lost', 'The server stopped.'), 'Lost'],
  ] as const;
  for (const [failure, title] of cases) t.equal(titleOf(failure), title);
  t.equal(titleOf(failureOf('exited', 'x'.repeat(500))).length, 160);
  t.end();
});

t.test('what to do names what exists', (t) => {
  const tail = { ...failureOf('exited', 'x'), stderr_tail: 'x' };
  t.match(nextOf(tail), /error output below/);
  t.match(nextOf(failureOf('exited', 'x')), /end of its log/);
  t.match(nextOf(failureOf('bad_input', 'x')), /end of its log/);
  t.match(nextOf(failureOf('bad_input', 'x'), defineOperation(), true), /Fix the rows/);
  t.match(nextOf(failureOf('spawn_failed', 'x'), custom), /command of chore in operations\.yaml/);
  t.match(nextOf(failureOf('spawn_failed', 'x')), /chl -- doctor/);
  t.match(nextOf(failureOf('bad_output', 'x'), custom), /docs\/custom-operations\.md/);
  t.notMatch(nextOf(failureOf('bad_output', 'x')), /custom-operations/);
  t.end();
});

t.test('a limit is raised on the page of limits', (t) => {
  t.match(nextOf(failureOf('timed_out', 'x')), /raise its limit under Settings, Limits/);
  t.end();
});
