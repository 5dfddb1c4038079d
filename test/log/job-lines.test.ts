// The lines of jobs: one for each status, and why a job has failed.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { createBus, type JobEvent } from '../../src/core/bus.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { logJobs } from '../../src/log/job-lines.ts';
import { textOf } from '../../src/log/line-text.ts';
import { startApp } from '../support/app.ts';
import { defineOperation } from '../support/operations.ts';

const job = (status: JobEvent['status'], number = 1): JobEvent => ({
  id: `job-${number}`,
  number,
  operation: 'import',
  status,
  request_id: 'abc12345',
});

/** The lines of jobs whose rows `find` gives. */
function collect(find: () => never) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  const bus = createBus();
  const log = pino({ level: 'info' }, sink);
  logJobs({ bus, log, catalogue: createCatalogue([]), repository: { find } });
  return { bus, lines };
}

const cannotRead = () => {
  throw new Error('database is locked');
};

t.test('each status change of a job is one line with its request id; progress writes none', async (t) => {
  const { bus, lines } = collect(cannotRead);
  for (const status of ['queued', 'running', 'running', 'running', 'succeeded', 'succeeded'] as const)
    bus.emit('job', job(status));
  bus.emit('job', job('queued', 2));
  t.same(
    lines.map(({ event, number, request_id }) => [event, number, request_id]),
    [
      ['job.queued', 1, 'abc12345'],
      ['job.running', 1, 'abc12345'],
      ['job.succeeded', 1, 'abc12345'],
      ['job.queued', 2, 'abc12345'],
    ],
  );
});

t.test('a failed job has its line while ops.db cannot be read', async (t) => {
  const { bus, lines } = collect(cannotRead);
  bus.emit('job', job('failed', 3));
  t.match(lines, [{ level: 40, event: 'job.failed', msg: 'import #3 failed' }]);
});

t.test('the line of a failed job is a warning with its title and why it failed', async (t) => {
  const catalogue = createCatalogue([
    defineOperation({ name: 'give-up', title: 'Give up', child: 'exits-65' }),
    defineOperation({ name: 'works', title: 'Work' }),
  ]);
  const app = await startApp(t, { catalogue });
  const { failure } = await app.run('give-up');
  await app.run('works');
  const { body } = await app.json('/api/v1/log?level=warn&text=give-up');
  t.match(body.items, [
    {
      level: 'warn',
      text: `Give up #1 failed: ${failure?.message.split('\n')[0]}`,
      fields: { event: 'job.failed', operation: 'give-up' },
    },
  ]);
});

t.test('an error line says its cause where lines are listed', async (t) => {
  const text = (given: string, err: unknown) => textOf({ text: given, fields: { err } });
  t.equal(
    text('jobs could not start', { message: 'database is locked' }),
    'jobs could not start: database is locked',
  );
  t.equal(text('no: database is locked', { message: 'database is locked' }), 'no: database is locked');
  t.equal(text('failed', { message: '\nfirst\nsecond' }), 'failed: first');
  for (const err of [undefined, null, {}, { message: 7 }, { message: '' }])
    t.equal(text('failed', err), 'failed');
});
