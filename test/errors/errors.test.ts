// The forming of groups of errors, and the decisions of people.
import '../support/plain-children.ts';
import t from 'tap';
import { errors } from '../../src/errors/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addError, logError } from '../support/errors.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const save = (app: TestApp) => app.use(errors).collector.runOnce();
const list = async (app: TestApp, query = '') => (await app.json(`/api/v1/errors${query}`)).body.items;

t.test(
  'a thousand errors that differ in port, id and path are one group; resolved, it comes back',
  async (t) => {
    const app = await startApp(t, noop);
    const message = (at: number) =>
      `connect ECONNREFUSED 127.0.0.1:${10_000 + at} for EXP-SQL-${at} of '/data/${at}/x.csv'`;
    for (let at = 0; at < 1000; at++)
      logError(app, {
        message: message(at),
        code: 'ECONNREFUSED',
        request_id: at.toString(16).padStart(8, '0'),
      });
    await save(app);
    const [group, ...others] = await list(app);
    t.same(others, []);
    t.match(group, {
      title: message(0),
      source: 'server',
      code: 'ECONNREFUSED',
      place: 'a test failed',
      frame: /^logError \(test\/support\/errors\)$/,
      line: 'connect ECONNREFUSED # for # of #',
      times: 1000,
      times_24h: 1000,
      state: 'open',
      came_back: false,
      is_new: false,
      is_since_success: false,
    });
    const { body: resolved } = await app.json(`/api/v1/errors/${group.id}/resolve`, {
      reason: 'the port is open',
    });
    t.match(resolved, { state: 'resolved', changed_by: String, resolved_version: group.first_version });
    t.match(await app.json(`/api/v1/errors/${group.id}/resolve`, {}), {
      status: 409,
      body: { error: { code: 'wrong_state' } },
    });
    logError(app, { message: message(7777), code: 'ECONNREFUSED' });
    await save(app);
    t.match(await list(app), [
      { id: group.id, times: 1001, state: 'open', came_back: true, came_back_at: String },
    ]);
    t.match(await list(app, '?state=back'), [{ id: group.id }]);
    const { body } = await app.json('/api/v1/audit?event=errors.resolve&outcome=ok');
    t.match(body.items, [
      {
        target: `error:${group.id}`,
        reason: 'the port is open',
        detail: { before: { state: 'open' }, after: { state: 'resolved' } },
      },
    ]);
  },
);

t.test('an error that was seen before the decision does not bring a group back', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  logError(app, { message: 'it broke' });
  await app.json(`/api/v1/errors/${id}/resolve`, {});
  await save(app);
  t.match(await list(app), [{ state: 'resolved', times: 2, came_back: false }]);
});

t.test('one that was seen before the decision and is counted after it does not, either', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  await app.json(`/api/v1/errors/${id}/resolve`, {});
  await addError(app, { message: 'it broke', time: Date.now() - 60_000 });
  t.match(await list(app), [{ state: 'resolved', times: 2, came_back: false }]);
});

t.test('a text with halves of characters and NUL is kept whole, and found by words after them', async (t) => {
  const app = await startApp(t, noop);
  const code = `E${'x'.repeat(98)}😀`;
  const id = await addError(app, { message: 'half \ud800 a character, \0 and a needle', code });
  t.match(await list(app, '?q=needle'), [{ id, title: /half \uFFFD a character, \uFFFD and a needle$/ }]);
  const { body } = await app.json(`/api/v1/errors/${id}`);
  for (const text of [body.line, body.code, body.sample.text]) t.notMatch(text, /\0/);
  t.equal(await addError(app, { message: 'half \ud801 a character, \0 and a needle', code }), id);
});

t.test('a muted group is counted and stays muted until it is opened', async (t) => {
  const app = await startApp(t, noop);
  const id = await addError(app, { message: 'it broke' });
  t.match((await app.json(`/api/v1/errors/${id}/mute`, {})).body, { state: 'muted' });
  await addError(app, { message: 'it broke' });
  t.match(await list(app, '?state=muted'), [{ state: 'muted', times: 2, came_back: false }]);
  t.same(await list(app, '?state=open'), []);
  t.match((await app.json(`/api/v1/errors/${id}/open`, {})).body, { state: 'open' });
});

t.test('different codes, routes, operations and places are different groups', async (t) => {
  const app = await startApp(t, noop);
  const logs = [
    { message: 'it broke', code: 'EIO' },
    { message: 'it broke', code: 'EPERM' },
    { message: 'it broke', code: 'EIO', route: '/jobs/:number' },
    { message: 'it broke', code: 'EIO', route: '/jobs' },
    { message: 'it broke', code: 'EIO', operation: 'import' },
    { message: 'it broke', code: 'EIO', what: 'another thing failed' },
  ];
  for (const given of [...logs, ...logs]) logError(app, given);
  await save(app);
  const groups = await list(app);
  t.equal(groups.length, logs.length);
  t.ok(groups.every(({ times }: { times: number }) => times === 2));
});

t.test('the code is that of the nearest cause, and warnings are no errors', async (t) => {
  const app = await startApp(t, noop);
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  app.log.error({ err: new TypeError('fetch failed', { cause }) }, 'a request to a service failed');
  app.log.error({ err: new RangeError('too far') }, 'a test failed');
  app.log.error({ err: 'only a text' }, 'a test failed');
  app.log.warn({ err: new Error('may happen') }, 'a test failed');
  app.log.error('without an error');
  await save(app);
  const codes = (await list(app)).map(({ code, title }: Record<string, string>) => `${code}: ${title}`);
  t.same(codes.sort(), [
    'ECONNREFUSED: a request to a service failed: fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    'Error: a test failed: only a text',
    'RangeError: a test failed: too far',
  ]);
});

t.test('a group that no older version has seen is new, once another version has run', async (t) => {
  const app = await startApp(t, noop);
  await addError(app, { message: 'it broke' });
  t.match(await list(app), [{ is_new: false }]);
  t.same(await list(app, '?state=new'), []);
  app.ops.exec(
    `UPDATE server_start SET id = id + 1; INSERT INTO server_start (id, at, version, node, sqlite, mode, pid, config_sha256)
     SELECT 1, '2020-01-01T00:00:00.000Z', '0.0.1', node, sqlite, mode, pid, config_sha256 FROM server_start`,
  );
  t.match(await list(app, '?state=new'), [{ is_new: true }]);
});

t.test('groups show no secret', async (t) => {
  const app = await startApp(t, {
    env: { CHL_OPERATIONS_MODE: 'noop', CHL_ACCESS_TOKEN: 'canary-4711-canary' },
  });
  const headers = { authorization: 'Bearer canary-4711-canary' };
  logError(app, { message: 'wrong key canary-4711-canary', what: 'canary-4711-canary failed' });
  await save(app);
  const { body } = await app.json('/api/v1/errors', undefined, headers);
  t.match(body.items[0].title, /: wrong key [^c]/);
  const stored = JSON.stringify(app.ops.prepare('SELECT * FROM error_group').all());
  t.notMatch(stored, 'canary-4711');
});
