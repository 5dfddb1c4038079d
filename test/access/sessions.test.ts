// How many sessions a token has at most, and that rows of sessions do not outlast them.
import '../support/plain-children.ts';
import t from 'tap';
import { access } from '../../src/access/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';

const secret = 'canary-of-the-environment';
const env = { CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop' };
const hourMs = 3_600_000;

async function signIn(app: TestApp, token = secret): Promise<string> {
  const answer = await app.submit('/sign-in', { token });
  if (answer.status !== 303) throw new Error(`A right token was refused: ${answer.status}`);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

const countSessions = ({ ops }: TestApp) => ops.prepare('SELECT count(*) FROM session').pluck().get();

t.test('a token has the newest twenty sessions, and is never refused', async (t) => {
  let ms = Date.parse('2026-11-29T12:00:00Z');
  const app = await startApp(t, { env, now: () => new Date(ms) });
  const headers = { authorization: `Bearer ${secret}` };
  const { body } = await app.json('/api/v1/tokens', { name: 'screen', role: 'viewer' }, headers);
  const other = await signIn(app, body.token);
  const cookies: string[] = [];
  for (let at = 0; at < 22; at += 1) {
    ms += 1000;
    cookies.push(await signIn(app));
  }
  const statusOf = async (cookie = '') =>
    (await fetch(`${app.origin}/jobs`, { headers: { cookie }, redirect: 'manual' })).status;
  t.same(await Promise.all([cookies[1], cookies[2], cookies[21], other].map(statusOf)), [303, 200, 200, 200]);
  t.equal(countSessions(app), 21);
  const rowsOf = (target: string) =>
    app.ops
      .prepare(`SELECT detail FROM audit WHERE event = 'access.sign_in' AND target = ?`)
      .pluck()
      .all(target)
      .map(String);
  t.equal(rowsOf('token:screen').length, 1);
  t.equal(rowsOf('token:environment').length, 20, 'further sign-ins of the minute are counted');
  ms += 60_000;
  await signIn(app);
  t.match(rowsOf('token:environment').at(-1), '"ended":1', 'the row says that a session has ended');
  const counted = app.ops.prepare(
    `SELECT event, outcome, detail FROM audit WHERE detail LIKE '%suppressed%'`,
  );
  t.match(counted.all(), [
    { event: 'access.sign_in', outcome: 'ok', detail: /"code":"environment".*"suppressed":2/ },
  ]);
});

t.test('rows of sessions that have ended are removed, also when nobody signs in', async (t) => {
  let ms = Date.parse('2026-11-29T12:00:00Z');
  const root = makeFolder(t);
  const options = { root, env, now: () => new Date(ms) };
  const app = await startApp(t, options);
  await signIn(app);
  ms += 11 * hourMs;
  await app.use(access).sessionSweep.runOnce();
  t.equal(countSessions(app), 1);
  ms += 2 * hourMs;
  await app.use(access).sessionSweep.runOnce();
  t.equal(countSessions(app), 0);
  await signIn(app);
  await app.close();
  ms += 13 * hourMs;
  const second = await startApp(t, options);
  t.equal(countSessions(second), 0, 'a start removes them');
});
