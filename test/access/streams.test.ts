// Live streams and roles: who gets which bytes, and when a stream ends.
import t from 'tap';
import { jobLogFile, openJobLog } from '../../src/job-log/log.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { insertJob } from '../support/job-repository.ts';
import { openStream } from '../support/stream.ts';

const path = '/ui/stream/telemetry';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Follows the log of a job that goes on, with a first line. */
async function openLog({ origin, parts: { config, repository } }: TestApp, headers: Record<string, string>) {
  const { id, number } = insertJob(repository);
  repository.start(id);
  const log = openJobLog(jobLogFile(config.root, number), 1_000_000, () => new Date());
  log.write('stdout', Buffer.from('line\n'));
  log.close();
  return openStream(origin, `/api/v1/operations/jobs/${number}/log?follow=1`, headers);
}

t.test('a stream has the cards of its role, and ends with its token', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const create = async (name: string, role: string, headers = {}) =>
    (await app.json('/api/v1/tokens', { name, role }, headers)).body.token as string;
  const openBefore = await openStream(app.origin, path);
  const boss = await create('boss', 'admin');
  const admin = bearer(boss);

  await t.test('the first admin token ends the streams that were open to everybody', async (t) => {
    await openBefore.ended();
    t.match(openBefore.events.at(-1), { event: 'refused' });
    t.equal((await openStream(app.origin, path)).status, 401);
  });

  const screen = bearer(await create('screen', 'viewer', admin));
  const other = bearer(await create('other', 'viewer', admin));

  await t.test('readers of one role share their bytes, and each role has its own', async (t) => {
    const streams = await Promise.all(
      [screen, other, admin].map((headers) => openStream(app.origin, path, headers)),
    );
    const [first, second, third] = await Promise.all(
      streams.map((stream) => stream.until(({ event }) => event === 'controls')),
    );
    t.same([first?.id, first?.data], [second?.id, second?.data], 'two viewers');
    t.not(first?.id, third?.id, 'a viewer and an admin');
    const partial = await app.page('/ui/operations/controls', screen);
    t.equal(first?.data, partial.text, 'the partial of a viewer');
    for (const stream of streams) stream.close();
  });

  await t.test('a viewer gets no card of admins', async (t) => {
    const refused = await app.json(`${path}?topics=access`, undefined, {
      ...screen,
      accept: 'application/json',
    });
    t.same([refused.status, refused.body.error.code], [403, 'forbidden']);
  });

  await t.test('revoking a token ends its streams at once, and no others', async (t) => {
    const [ending, going] = await Promise.all(
      [screen, other].map((headers) => openStream(app.origin, path, headers)),
    );
    const answer = await fetch(`${app.origin}/api/v1/tokens/screen`, { method: 'DELETE', headers: admin });
    t.equal(answer.status, 204);
    const from = performance.now();
    await ending?.ended();
    t.ok(performance.now() - from < 1000, 'at once');
    t.equal((await openStream(app.origin, path, screen)).status, 401);
    const before = going?.events.length ?? 0;
    await app.json('/api/v1/operations/export', {}, admin);
    await going?.until(({ event }) => event === 'jobs', before);
    going?.close();
  });

  await t.test('a followed log ends with its token too', async (t) => {
    const reader = bearer(await create('reader', 'viewer', admin));
    const log = await openLog(app, reader);
    t.equal(log.status, 200);
    await fetch(`${app.origin}/api/v1/tokens/reader`, { method: 'DELETE', headers: admin });
    const from = performance.now();
    await log.ended();
    t.ok(performance.now() - from < 1000, 'at once');
  });

  await t.test('signing out ends the streams of that session', async (t) => {
    const signedIn = await app.submit('/sign-in', { token: boss });
    const cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    const stream = await openStream(app.origin, path, { cookie });
    t.equal(stream.status, 200);
    await app.submit('/sign-out', {}, { cookie });
    await stream.ended();
  });

  await t.test(
    'a token that another process revokes ends its streams and logs with the next tick',
    async (t) => {
      const log = await openLog(app, other);
      const stream = await openStream(app.origin, path, other);
      t.same([log.status, stream.status], [200, 200]);
      const from = performance.now();
      t.equal((await runHere(app.root, ['token', 'revoke', 'other'])).code, 0);
      await Promise.all([stream.ended(), log.ended()]);
      const tookMs = performance.now() - from;
      t.ok(tookMs < 6000, `${tookMs} ms`);
    },
  );
});
