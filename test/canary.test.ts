// A distinct canary in every secret, and jobs, errors and wrong places that would show it: nothing that leaves the server, and
// nothing that it keeps, contains one.
import './support/plain-children.ts';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { parse } from 'node-html-parser';
import t, { type Test } from 'tap';
import { features } from '../src/features.ts';
import { filesOf, sheet } from './support/library.ts';
import { startService } from './support/embedding-service.ts';
import { startServer } from './support/server.ts';
import { traceparent } from './support/traces.ts';
import { until } from './support/until.ts';
import { makeFolder } from './support/folder.ts';

const canary = (name: string) => `canary-${name}-${randomBytes(8).toString('hex')}`;
const uploaded = newKey();
const values = {
  access: canary('access'),
  key: canary('sk'),
  upload: uploaded.line,
  child: canary('child'),
  proxy: canary('proxy'),
  // Known once they are created.
  token: '',
  session: '',
  webhook: '',
  formerWebhook: '',
};
type Secret = keyof typeof values;

/** A private key, and a line of it that no encoding changes. */
function newKey(): { pem: string; line: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const line = pem.split('\n').find((one) => /^\w{64}$/.test(one));
  return line ? { pem, line } : newKey();
}

/** Prints all that a script can reach, and fails with a secret in its last line. */
const script = `
  env; cat "$HOME/embedding.key"; cat /proc/$PPID/environ | tr '\\0' '\\n'; cat "$HOME"/data/secrets/*
  echo "$1"; echo "$HOME/somewhere" >&2; echo "$CANARY_TOKEN was refused at $HOME/somewhere" >&2; exit 3`;
const operations = `operations:
  - name: prints
    title: Prints
    summary: Prints.
    command: [sh, -c, ${JSON.stringify(script)}, prints]
    args: { text: { type: string, title: Text } }
    env: [CANARY_TOKEN]
  - name: holds
    title: Holds
    summary: Runs until it is cancelled.
    command: [sleep, '300']
    env: [CANARY_TOKEN]
`;

/** The places that contain a canary, as `place: name`. */
type Found = (place: string, content: string | Buffer, allowed?: Secret[]) => string[];

const findCanaries: Found = (place, content, allowed = []) => {
  const text = typeof content === 'string' ? content : content.toString('latin1');
  return (Object.keys(values) as Secret[])
    .filter((name) => !allowed.includes(name) && text.includes(values[name]))
    .map((name) => `${place}: ${name}`);
};

async function start(t: Test, embeddingUrl: string) {
  const sheets = { published: filesOf(sheet()) };
  const home = makeFolder(t, { data: { 'operations.yaml': operations, sheets } });
  fs.writeFileSync(path.join(home, 'embedding.key'), `${values.key}\n`, { mode: 0o600 });
  const { child, url } = await startServer(t, home, {
    HOME: home,
    CHL_WORKERS: '1',
    CHL_ACCESS_TOKEN: values.access,
    CHL_EMBEDDING_URL: embeddingUrl,
    CHL_EMBEDDING_MODEL: 'm',
    CHL_EMBEDDING_KEY_FILE: path.join(home, 'embedding.key'),
    https_proxy: `http://agent-7:${values.proxy}@127.0.0.1:9`,
    CANARY_TOKEN: values.child,
    CHL_LOG_LEVEL: 'trace',
  });
  let log = '';
  child.stdout?.on('data', (chunk) => {
    log += chunk;
  });
  const ask = (address: string, init: RequestInit = {}) =>
    fetch(url + address, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${values.access}`, ...(init.headers as Record<string, string>) },
    });
  const post = (address: string, body: unknown) =>
    ask(address, { method: 'POST', body: JSON.stringify(body), headers: json });
  return { home, url, ask, post, pid: child.pid as number, log: () => log };
}

const json = { 'content-type': 'application/json' };

type Server = Awaited<ReturnType<typeof start>>;

async function plant({ url, ask, post }: Server) {
  const created = await post('/api/v1/tokens', { name: 'robot', role: 'operator' });
  values.token = ((await created.json()) as { token: string }).token;
  const form = new URLSearchParams({ token: values.access });
  const signedIn = await fetch(`${url}/sign-in`, { method: 'POST', body: form, redirect: 'manual' });
  values.session = /=(chs_[\w-]+)/.exec(signedIn.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
  const hook = '/api/v1/webhooks/chat';
  const hooked = { url: 'http://127.0.0.1:9/hook', events: ['*'], is_on: false };
  const added = await ask(hook, { method: 'PUT', body: JSON.stringify(hooked), headers: json });
  values.formerWebhook = ((await added.json()) as { secret: string }).secret;
  const rotated = await post(`${hook}/rotate`, { reason: 'for a new one' });
  values.webhook = ((await rotated.json()) as { secret: string }).secret;
  const key = {
    type: 'service_account',
    client_email: 'a@b.test',
    private_key: uploaded.pem,
  };
  const file = new FormData();
  file.append('file', new Blob([JSON.stringify(key)]), 'key.json');
  const kept = await ask('/api/v1/credentials/google', { method: 'PUT', body: file });
  if (!kept.ok) throw new Error(`The key was refused: ${await kept.text()}`);
}

/** Fills what can be downloaded: the library, its index, the files of an export, and a plan. */
async function fill({ ask, post }: Server) {
  await post('/api/v1/incidents', { title: 'Imports fail', severity: 2 });
  for (const [operation, args] of [
    ['import', { source: 'published' }],
    ['index', {}],
    ['export', { download: true }],
    ['import', { source: 'published', dry_run: true }],
  ] as const) {
    const asked = { args, reason: 'for the library', confirm: operation };
    const answer = await post(`/api/v1/operations/${operation}`, asked);
    const { number } = (await answer.json()) as { number: number };
    const read = async () =>
      (await (await ask(`/api/v1/operations/jobs/${number}`)).json()) as { status: string };
    const { status } = await until(read, (job) => !['queued', 'running'].includes(job.status));
    if (status !== 'succeeded') throw new Error(`${operation} has ${status}`);
  }
  await post('/api/v1/runbooks/disk-full/runs', {});
}

/** The headers of an answer; the notice of an action is a cookie of its own form. */
function headersOf({ headers }: Response): string {
  const notices = headers.getSetCookie().flatMap((one) => /^chl_flash=([\w-]+)/.exec(one)?.[1] ?? []);
  return [
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    ...notices.map((notice) => Buffer.from(notice, 'base64url').toString()),
  ].join('\n');
}

/** Sends each secret where it does not belong. */
async function misplace({ url, ask, post }: Server, secret: string) {
  const query = encodeURIComponent(secret);
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
  const answers = await Promise.all([
    ask(`/jobs?q=${query}&operation=${query}`, { headers: { traceparent } }),
    ask(`/library?q=${query}&state=${query}`, { headers: { traceparent } }),
    ask(`/api/v1/operations/jobs?q=${query}`),
    ask(`/api/v1/starts?${query}=1`),
    ask(`/nowhere/${query}`),
    ask(`/sources/${query}`),
    ask('/ui/theme', form({ theme: secret, back: `/jobs?${query}` })),
    ask('/ui/operations/run/prints', form({ text: `of a form ${secret}`, reason: `I use ${secret}` })),
    ask('/api/v1/operations/prints', { method: 'POST', body: `{"args": {"text": "${secret}"` }),
    post('/api/v1/operations/prints', { args: { text: secret }, reason: secret, when_locked: 'wait' }),
    post('/api/v1/operations/import', { args: { path: `/${secret}` } }),
    post(`/api/v1/operations/${query}`, { [secret]: secret }),
    ask('/api/v1/settings/values', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ values: { 'embedding.url': `http://ada:${secret}@127.0.0.1` } }),
    }),
    post('/api/v1/runs/1/steps/1', { state: 'done', note: secret }),
    post('/api/v1/incidents', { title: secret, severity: 2, summary: secret, owner: secret, tags: [secret] }),
    post('/api/v1/incidents/1/entries', { kind: 'note', text: `I use ${secret}` }),
    post('/api/v1/incidents/1/items', { text: secret, owner: secret }),
    post('/api/v1/incidents/1/close', { resolution: `It was ${secret}`, post_mortem: true }),
    post('/api/v1/sources/new/check', { place: `https://ada:${secret}@b.test` }),
    ask('/ui/sources/add', form({ name: secret, kind: 'workbook', place: `/tmp/${secret}` })),
    fetch(`${url}/jobs`, {
      headers: { authorization: `Bearer ${secret}x`, 'x-actor': secret, referer: secret },
    }),
    ask('/api/v1/operations/prints', {
      method: 'POST',
      headers: { 'x-actor': secret, 'content-type': 'application/json' },
      body: '{}',
    }),
  ]);
  return (await Promise.all(answers.map(async (one) => `${headersOf(one)}\n${await one.text()}`))).join('\n');
}

/** The addresses of all pages, and of the JSON that needs no further value. */
async function addresses(server: Server, jobs: number) {
  const { paths } = (await (await server.ask('/api/v1/openapi.json')).json()) as {
    paths: Record<string, object>;
  };
  const numbers = Array.from({ length: jobs }, (_, index) => index + 1);
  const json = Object.keys(paths).filter((one) => 'get' in (paths[one] ?? {}) && !one.includes('{'));
  const ofJobs = numbers.flatMap((number) => [
    `/jobs/${number}`,
    `/api/v1/operations/jobs/${number}`,
    `/api/v1/operations/jobs/${number}/log`,
    `/api/v1/operations/jobs/${number}/rows`,
    `/jobs/${number}/log.txt`,
    `/ui/jobs/${number}/files`,
    `/plans/${number}`,
    `/plans/${number}.csv`,
    `/api/v1/plans/${number}`,
    `/api/v1/plans/${number}/rows`,
  ]);
  const ofTraced = (await tracedRequests(server)).flatMap((id) => [
    `/requests/${id}`,
    `/api/v1/requests/${id}`,
  ]);
  const pages = features.flatMap(({ pages = [] }) => pages.flatMap(({ examples }) => examples));
  return [
    ...new Set([...pages, ...json, ...ofJobs, ...ofTraced, ...downloads, '/schedules/repair', '/runs/1']),
  ];
}

async function tracedRequests({ ask }: Server): Promise<string[]> {
  const listed = await Promise.all(
    ['/jobs', '/library'].map((route) => ask(`/api/v1/traces?only=all&route=${route}`)),
  );
  const bodies = await Promise.all(
    listed.map(async (one) => (await one.json()) as { items: { id: string; is_traced: boolean }[] }),
  );
  return bodies.flatMap(({ items }) => items.flatMap((one) => (one.is_traced ? [one.id] : [])));
}

/** The addresses of the live updates of a page, which end after the first ones. */
function streamsOf(page: string): string[] {
  return parse(page)
    .querySelectorAll('[sse-connect]')
    .map((node) => node.getAttribute('sse-connect') ?? '')
    .map((address) => `${address}${address.includes('?') ? '&' : '?'}cycles=1`);
}

/** Each is there, so that the search for canaries reads it. */
const downloads = [
  '/ui/library/download?format=xlsx',
  '/ui/library/download?format=csv',
  '/ui/index/download',
  '/api/v1/index/snapshot',
  '/api/v1/settings/export',
  '/api/v1/findings/report',
  '/api/v1/audit?format=csv',
  '/api/v1/audit?format=jsonl',
  '/metrics',
  '/health',
];

/** The files that the server keeps, without those whose purpose is to hold a secret. */
function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && path.basename(entry.parentPath) !== 'secrets')
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The content of the members of a ZIP file, whose local headers follow each other; other bytes as they are. */
function unzip(bytes: Buffer): Buffer {
  const parts = [bytes];
  for (let at = bytes.indexOf('PK\x03\x04'); at >= 0; at = bytes.indexOf('PK\x03\x04', at + 4)) {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    try {
      parts.push(inflateRawSync(bytes.subarray(start), { finishFlush: 2 }));
    } catch {
      // A stored member is searched as it is.
    }
  }
  return Buffer.concat(parts);
}

/** The processes below the server, with their arguments and environment. */
function childrenOf(server: number) {
  const stat = (pid: string) =>
    fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return fs.readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || Number(stat(pid)[1]) !== server) return [];
      return [
        {
          pid,
          listed: fs.readFileSync(`/proc/${pid}/cmdline`),
          env: fs.readFileSync(`/proc/${pid}/environ`),
        },
      ];
    } catch {
      return [];
    }
  });
}

t.test('no secret and no path of the home folder leaves the server', async (t) => {
  const service = await startService(t);
  const server = await start(t, service.url);
  const { home, ask } = server;
  await plant(server);
  await fill(server);
  t.equal(service.asked[0]?.authorization, `Bearer ${values.key}`, 'the key is in use');
  await service.stop();
  t.ok(
    Object.values(values).every((value) => value.length > 15),
    'every canary is planted',
  );

  const reflected = (await Promise.all(Object.values(values).map((value) => misplace(server, value)))).join(
    '\n',
  );
  await (await server.post('/api/v1/operations/holds', {})).text();
  const children = await until(
    () => childrenOf(server.pid),
    (found) => ['sleep', 'worker'].every((name) => found.some(({ listed }) => listed.includes(name))),
  );
  const held = (await (await ask('/api/v1/operations/jobs?operation=holds')).json()) as {
    items: { number: number }[];
  };
  await (await server.post(`/api/v1/operations/jobs/${held.items[0]?.number}/cancel`, {})).text();
  const jobs = await until(
    async () =>
      (await (await ask('/api/v1/operations/jobs?limit=200')).json()) as { items: { status: string }[] },
    ({ items }) => items.every(({ status }) => !['queued', 'running'].includes(status)),
  );
  t.ok(jobs.items.length > 10, 'jobs have run');

  const found = findCanaries('answers to wrong requests', reflected);
  const withHome: string[] = [];
  const open = await addresses(server, jobs.items.length);
  t.ok(open.filter((address) => address.startsWith('/requests/')).length > 10, 'requests were traced');
  const sent = new Set<string>();
  for (const address of open) {
    const answer = await ask(address, {
      headers: { accept: address.startsWith('/api') ? '*/*' : 'text/html' },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (downloads.includes(address)) t.equal(answer.status, 200, address);
    if (/index.(snapshot|download)$/.test(address)) t.match(unzip(bytes).toString('latin1'), 'manifest.json');
    found.push(
      ...findCanaries(address, unzip(bytes)),
      ...findCanaries(`headers of ${address}`, headersOf(answer)),
    );
    const streams = streamsOf(
      answer.headers.get('content-type')?.startsWith('text/html') ? String(bytes) : '',
    );
    open.push(...streams.filter((stream) => !open.includes(stream)));
    if (address.startsWith('/ui/stream/'))
      for (const [, card = ''] of String(bytes).matchAll(/^event: (.*)$/gm)) sent.add(card);
    if (address === '/ui/library/download?format=csv')
      t.match(unzip(bytes).toString('latin1'), 'playbook', 'members are unpacked');
    const isLog = address.endsWith('/log') || /^\/jobs\/\d/.test(address);
    if (!isLog && bytes.includes(`${home}/`)) withHome.push(address);
  }
  // The log and the rows of a job have addresses of their own; the last looks of the checks come with their page alone.
  const cards = features
    .flatMap(({ pages = [] }) => pages.flatMap((page) => page.cards))
    .filter((card) => !['log', 'rows', 'probes'].includes(card));
  t.strictSame(
    cards.filter((card) => ![...sent].some((one) => one === card || one.startsWith(`${card}-`))),
    [],
    'every card is searched',
  );
  for (const file of filesIn(path.join(home, 'data')))
    found.push(...findCanaries(path.relative(home, file), unzip(fs.readFileSync(file))));
  found.push(...findCanaries('log', server.log()));
  for (const { pid, listed, env } of children) {
    found.push(...findCanaries(`arguments of ${pid}`, listed));
    found.push(...findCanaries(`environment of ${pid}`, env, ['child', 'proxy']));
  }
  t.strictSame([...new Set(found)].sort(), []);
  t.strictSame(withHome, []);
  t.notMatch(server.log(), `${home}/`);
});
