// What programs ask: pages as JSON, and whether the server lives and accepts jobs.
import t from 'tap';
import { features } from '../../src/features.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { endJob, insertJob } from '../support/job-repository.ts';

const json = { headers: { accept: 'application/json' } };

async function ask(app: TestApp, address: string, init: RequestInit = {}) {
  const answer = await fetch(app.origin + address, init);
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
}

t.test('a page answers a request for JSON as its address in the API does', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'merge' });
  const { items } = (await app.json('/api/v1/entries?limit=1')).body;
  const pairs = [
    ['/jobs/1', '/api/v1/operations/jobs/1'],
    ['/jobs/99', '/api/v1/operations/jobs/99'],
    ['/jobs?status=failed', '/api/v1/operations/jobs?status=failed'],
    ['/operations', '/api/v1/operations'],
    [`/library/${items[0].id}`, `/api/v1/entries/${items[0].id}`],
  ] as const;
  for (const [page, twin] of pairs) {
    const [asked, expected] = [await ask(app, page, json), await ask(app, twin)];
    t.match(asked.type, /^application\/json/, page);
    const known = (text: string) => text.replace(/"request_id":"\w+"/, '');
    t.same([asked.status, known(asked.text)], [expected.status, known(expected.text)], page);
  }
  const browser = { headers: { accept: 'text/html,application/json;q=0.9,*/*;q=0.8' } };
  t.match((await ask(app, '/jobs/1', browser)).type, /^text\/html/);
  t.match((await ask(app, '/jobs/1')).type, /^text\/html/);
});

t.test('a refused form answers a request for JSON with the refusal alone', async (t) => {
  const app = await startApp(t);
  const { repository } = app.parts;
  const jobs = ['failed', 'cancelled'].map((status) => {
    const job = insertJob(repository, { operation: 'repair' });
    endJob(repository, job, status as 'failed');
    return job.number;
  });
  const forms: Record<string, Record<string, string>> = {
    '/sign-in': { token: 'wrong' },
    '/ui/access/tokens': { name: '' },
    '/ui/access/tokens/nobody/revoke': {},
    '/ui/credentials/google/path': { path: '/nowhere' },
    '/ui/credentials/google/remove': {},
    '/ui/embedder/save': { kind: 'service', url: 'no address' },
    '/ui/jobs/bulk': { action: 'remove', numbers: jobs.join(' ') },
    '/ui/operations/run/import': { mode: 'wrong' },
    '/ui/settings/import/apply': { file: 'no file' },
    '/ui/settings/limits': { 'retention.days': 'many' },
    '/ui/sources/add': { name: 'A B' },
    '/ui/sources/import': { sheet: '' },
    '/ui/workers/drain': { timeout_sec: 'soon' },
  };
  for (const [address, form] of Object.entries(forms)) {
    const { type, text, status } = await ask(app, address, {
      method: 'POST',
      body: new URLSearchParams(form),
      ...json,
    });
    t.ok(status >= 400 && status < 500, `${address} ${status}`);
    t.match(type, /^application\/json/, address);
    t.match(JSON.parse(text), { error: { code: /^[a-z_]+$/, message: /\.$/ } }, address);
  }
  for (const address of ['/ui/credentials/google/upload', '/ui/settings/import', '/ui/sources/upload']) {
    const { type, status } = await ask(app, address, { method: 'POST', body: new FormData(), ...json });
    t.match({ type, status }, { type: /^application\/json/, status: 400 }, address);
  }
});

t.test('every address in the API that a page names has the parameter of the page', async (t) => {
  const named = features.flatMap(({ pages = [] }) => pages.filter(({ api }) => api));
  t.ok(named.length >= 4);
  for (const { path, api } of named) t.same(api?.match(/:\w+/g), path.match(/:\w+/g), path);
});

t.test('/livez answers while the server does, /readyz while jobs are accepted', async (t) => {
  const app = await startApp(t);
  t.match(await ask(app, '/livez'), { status: 200, text: '{"status":"alive"}' });
  t.match(await ask(app, '/readyz'), { status: 200, text: '{"status":"ready"}' });
  app.parts.stopAccepting();
  t.match(await ask(app, '/livez'), { status: 200 });
  t.match(await ask(app, '/readyz'), { status: 503, text: '{"status":"not ready"}' });
});

t.test('/readyz answers 503 when the jobs cannot be read', async (t) => {
  const app = await startApp(t);
  app.ops.exec('ALTER TABLE job RENAME TO gone');
  t.match(await ask(app, '/readyz'), { status: 503, text: '{"status":"not ready"}' });
  app.ops.exec('ALTER TABLE gone RENAME TO job');
});
