// After a sign-in, and after a change of a preference, the way leads back to a page of this site and nowhere else.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp } from '../support/app.ts';

const secret = 'canary-of-the-environment';
const env = { CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop' };

const pages = [
  '/jobs?status=failed',
  '/jobs?a=//b',
  '/jobs/7',
  '/jobs/0c0f9b51-0000-4000-8000-000000000000',
  '/library/EXP-1',
  '/plans/3',
  '/settings/limits',
  '/sources/published',
  '/ui/operations/import/confirm?mode=merge',
];

const elsewhere = [
  '',
  'jobs',
  '//evil.test',
  '/\\evil.test',
  '/\\\\evil.test',
  '/\t/evil.test',
  '/..//evil.test/x',
  '/.//evil.test',
  '/%2e//evil.test',
  '/a/..//evil.test',
  '/..\\\\evil.test',
  'https://evil.test',
  'javascript:alert(1)',
  '/javascript:alert(1)',
  '%2F%2Fevil.test',
  '/%2Fevil.test',
  '/api/v1/jobs',
  '/api/v1/tokens?x=/jobs',
  '/jobs/../api/v1/operations',
  '/jobs/%2e%2e/api/v1/operations',
  '/%61pi/v1/operations',
  '/events',
  '/health',
  '/metrics',
  '/nothing',
  '/sign-out/x',
  '/ui/operations/queue',
  '/ui/jobs/7/card',
  '/ui/library/download',
  '/ui/index/download',
  '/ui/stream/telemetry',
  '/jobs/7/log.txt',
  '/plans/3.csv',
];

t.test('only a page is led back to', async (t) => {
  const app = await startApp(t, { env });
  const cookie = async (back: string) => {
    const answer = await app.submit('/sign-in', { token: secret, back });
    return { location: answer.headers.get('location'), cookie: answer.headers.getSetCookie()[0] ?? '' };
  };
  for (const back of pages) t.equal((await cookie(back)).location, back);
  for (const back of elsewhere) t.equal((await cookie(back)).location, '/operations', JSON.stringify(back));

  await t.test('the form of the sign-in page has no other way back', async (t) => {
    for (const [back, kept] of [
      ['/jobs/7', '/jobs/7'],
      ['/ui/operations/queue', '/operations'],
    ] as const) {
      const { html } = await app.page(`/sign-in?back=${encodeURIComponent(back)}`);
      t.equal(html.querySelector('form[action="/sign-in"] input[name=back]')?.getAttribute('value'), kept);
    }
  });

  await t.test('nor have the forms of preferences', async (t) => {
    const headers = { authorization: `Bearer ${secret}` };
    for (const path of ['/ui/theme', '/ui/keys'])
      for (const [back, wanted] of [
        ['/jobs/7', '/jobs/7'],
        ['/sign-in?back=/jobs', '/sign-in?back=/jobs'],
        ['/ui/operations/queue', '/operations'],
      ] as const)
        t.equal(
          (await app.submit(path, { back }, headers)).headers.get('location'),
          wanted,
          `${path} ${back}`,
        );
  });
});
