import t from 'tap';
import { startApp } from '../support/app.ts';
import { addCategory } from '../support/entries.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const confirmed = { reason: 'a test needs it', confirm: 'import' };

t.test('operations are listed with everything a client needs', async (t) => {
  const app = await startApp(t, noop);
  const { status, body } = await app.json('/api/v1/operations');
  t.equal(status, 200);
  t.strictSame(
    body.items.map((item: { name: string }) => item.name),
    [
      'import',
      'export',
      'remove',
      'undo',
      'restore',
      'index',
      'repair',
      'snapshot',
      'rollback',
      'backup',
      'audit-check',
      'drill',
      'database',
      'recount',
      'costs',
    ],
  );
  t.match(body.items[0], {
    title: 'Import spreadsheet',
    danger: 'costly',
    confirm: 'import',
    args: { type: 'object', properties: { mode: { enum: ['replace', 'merge'] } } },
    locks: [{ name: 'library', mode: 'exclusive' }],
    held_by: [],
  });
  const { source } = body.items[0].args.properties;
  t.ok(source.enum.includes('published'), 'a list that binds is an enum');
  t.notOk('enum' in body.items[3].args.properties.job, 'a list that only suggests values is none');
  addCategory(app.library, 'GEN');
  const filled = await app.json('/api/v1/operations');
  t.equal(filled.body.items[0].danger, 'destructive', 'now that something can be lost');
});

t.test('an accepted run returns its job and location', async (t) => {
  const app = await startApp(t, noop);
  const { status, body, headers } = await app.json('/api/v1/operations/export', {}, { 'x-actor': 'nightly' });
  t.equal(status, 202);
  t.match(body, { number: 1, status: 'queued', url: '/jobs/1' });
  t.equal(headers.get('location'), `/api/v1/operations/jobs/${body.job_id}`);
  await app.whenJob(1);
  const job = await app.json(headers.get('location') ?? '');
  t.match(job.body, {
    job_id: body.job_id,
    operation: 'export',
    status: 'succeeded',
    mode: 'noop',
    requested_by: 'nightly',
    args: { target: 'review', dry_run: false },
    result: { mode: 'noop' },
    failure: null,
    retry_of: null,
    waits_for: null,
    peak_rss_bytes: null,
  });
  t.strictSame(
    (await app.json('/api/v1/operations/jobs/1')).body,
    job.body,
    'by number the answer is the same',
  );
});

t.test('refusals have their codes, in the documented order', async (t) => {
  const app = await startApp(t, noop);
  addCategory(app.library, 'GEN');
  const post = (operation: string, body: unknown) => app.json(`/api/v1/operations/${operation}`, body);

  const unknown = await post('..%2f..%2fbin%2fsh', { args: { nonsense: 1 } });
  t.match(unknown, { status: 404, body: { error: { code: 'not_found' } } });
  t.match(await post('__proto__', {}), { status: 404 });

  const badArguments = await post('import', { args: { mode: 'sideways', colour: 'red', dry_run: 'yes' } });
  t.equal(badArguments.status, 422);
  t.equal(badArguments.body.error.code, 'invalid_arguments');
  t.strictSame(
    badArguments.body.error.details.problems.map((problem: { field: string }) => problem.field).sort(),
    ['colour', 'dry_run', 'mode'],
  );
  t.match(badArguments.body.error.request_id, /^\w{8}$/);

  const unknownKey = await post('export', { args: {}, uid: 0, env: { LD_PRELOAD: 'x' } });
  t.match(unknownKey, { status: 422, body: { error: { code: 'invalid_arguments' } } });

  const unconfirmed = await post('import', { args: {}, reason: 'no' });
  t.match(unconfirmed, {
    status: 422,
    body: { error: { code: 'confirmation_required', details: { word: 'import' } } },
  });
  t.equal(unconfirmed.body.error.details.problems.length, 2);
  t.equal((await post('import', { args: {}, ...confirmed, confirm: 'Import!' })).status, 422);

  app.parts.stopAccepting();
  const stopping = await post('export', {});
  t.match(stopping, { status: 503, body: { error: { code: 'stopping' } } });
  t.ok(stopping.headers.get('retry-after'));
  t.equal(app.parts.listing.total(), 0, 'no job was recorded');
});

t.test('invalid bodies get a clear error', async (t) => {
  const app = await startApp(t, noop);
  const post = async (body: string, type = 'application/json') => {
    const answer = await fetch(`${app.origin}/api/v1/operations/export`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    return {
      status: answer.status,
      error: ((await answer.json()) as { error: { code: string; message: string } }).error,
    };
  };
  t.match(await post('{"args": '), {
    status: 400,
    error: { code: 'bad_json', message: 'The body is not valid JSON.' },
  });
  t.match(await post('[1]'), { status: 422 });
  t.match(await post('{}', 'text/csv'), { status: 415, error: { code: 'unsupported_media_type' } });
  t.match(await post(`{"reason": "${'x'.repeat(1_100_000)}"}`), {
    status: 413,
    error: { code: 'too_large' },
  });
});

t.test('invalid numbers and names in a query are refused', async (t) => {
  const app = await startApp(t, noop);
  for (const query of [
    'limit=abc',
    'limit=0',
    'limit=201',
    'limit=1.5',
    'cursor=x',
    'status=running,asleep',
    'since=yesterday',
    'colour=red',
  ]) {
    t.match(
      await app.json(`/api/v1/operations/jobs?${query}`),
      { status: 422, body: { error: { code: 'invalid_arguments' } } },
      query,
    );
  }
  t.equal((await app.json('/api/v1/operations/jobs/not-a-job')).status, 404);
  t.equal((await app.json('/api/v1/operations/jobs/99/log')).status, 404);
  t.equal((await app.json('/api/v1/search')).status, 422);
  t.equal((await app.json('/api/v1/search?q=%20')).status, 422);
});

t.test('jobs are listed newest first, filtered and paged', async (t) => {
  const app = await startApp(t, noop);
  for (const operation of ['export', 'index', 'export', 'import', 'export']) await app.run(operation);
  const first = (await app.json('/api/v1/operations/jobs?limit=2')).body;
  t.strictSame(
    first.items.map((job: { number: number }) => job.number),
    [5, 4],
  );
  t.equal(first.total, 5);
  const second = (await app.json(`/api/v1/operations/jobs?limit=2&cursor=${first.next_cursor}`)).body;
  t.strictSame(
    second.items.map((job: { number: number }) => job.number),
    [3, 2],
  );
  const exports = (await app.json('/api/v1/operations/jobs?operation=export&status=succeeded,failed')).body;
  t.strictSame(
    exports.items.map((job: { number: number }) => job.number),
    [5, 3, 1],
  );
  t.equal(exports.total, 3);
  t.equal(exports.next_cursor, null);
  const found = (await app.json('/api/v1/operations/jobs?q=a%20test%20needs')).body;
  t.equal(found.total, 5);
});

t.test('a finished job cannot be cancelled, and a succeeded job cannot be retried', async (t) => {
  const app = await startApp(t, noop);
  await app.run('export');
  t.match(await app.json('/api/v1/operations/jobs/1/cancel', {}), {
    status: 409,
    body: { error: { code: 'not_cancellable' } },
  });
  t.match(await app.json('/api/v1/operations/jobs/1/retry', {}), {
    status: 409,
    body: { error: { code: 'not_retryable' } },
  });
  t.equal((await app.json('/api/v1/operations/jobs/7/cancel', {})).status, 404);
});

t.test('health, queue and index are correct after a first start', async (t) => {
  const app = await startApp(t, noop);
  const health = await app.json('/health');
  t.match(health, {
    status: 200,
    body: { status: 'healthy', mode: 'noop', components: { disk: { status: 'healthy' } } },
  });
  t.match((await app.json('/api/v1/queue')).body, {
    pending: { experiences: 0, manuals: 0, total: 0 },
    oldest_pending_sec: null,
  });
  t.match((await app.json('/api/v1/index')).body, { state: 'none', vectors: 0, entries: 0 });
  const search = await app.json('/api/v1/search?q=anything');
  t.match(search, { status: 409, body: { error: { code: 'index_missing' } } });
});

t.test('a log is read in ranges, or followed until the job ends', async (t) => {
  const app = await startApp(t);
  const { body } = await app.json('/api/v1/operations/import', { args: {}, ...confirmed });
  const followed = await fetch(`${app.origin}/api/v1/operations/jobs/${body.job_id}/log?follow=1`);
  const text = await followed.text();
  t.equal((await app.whenJob(body.number)).status, 'succeeded', 'the response ends with the job');
  t.match(text, /Read 84 rows from sheets\/published/);

  const whole = await fetch(`${app.origin}/api/v1/operations/jobs/1/log`);
  t.equal(whole.headers.get('content-type'), 'text/plain; charset=utf-8');
  t.equal(whole.headers.get('x-job-status'), 'succeeded');
  t.equal(whole.headers.get('x-log-size'), String(Buffer.byteLength(text)));
  t.equal(await whole.text(), text);
  const range = await fetch(`${app.origin}/api/v1/operations/jobs/1/log?offset=5&limit=7`);
  t.equal(range.headers.get('x-log-offset'), '5');
  t.equal(await range.text(), text.slice(5, 12));
});

t.test('the API describes itself', async (t) => {
  const app = await startApp(t, noop);
  const { body } = await app.json('/api/v1/openapi.json');
  t.equal(body.openapi, '3.1.0');
  t.ok(body.paths['/api/v1/operations/{operation}'].post.requestBody);
  const { parameters } = body.paths['/api/v1/search'].get;
  t.ok(parameters.some((one: { name: string }) => one.name === 'q'));
  t.match(
    parameters.find((one: { name: string }) => one.name === 'mode'),
    { schema: { enum: ['best', 'words', 'meaning'], default: 'best' } },
  );
  t.notOk(Object.keys(body.paths).some((path) => path.startsWith('/ui/') || path === '/operations'));
});
