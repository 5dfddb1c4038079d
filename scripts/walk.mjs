// Walks through a server in noop mode as a visitor would: every link, partial, dialog and button of every page, the API and
// the stream; then checks that each job is recorded, that no process was started, and that the server stops cleanly.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'node-html-parser';

/** Noop mode changes nothing that could be undone or restored, and the form of a removal begins without a choice. */
const skipped = ['undo', 'restore', 'remove'];
/** Most addresses differ from others only in a number or in the values of a query: each record of the walk's own actions, and
 *  each combination of filters. A few of a kind are enough. */
const maxOfKind = 40;
const kindOf = (address) => address.replace(/\d+/g, '0').replace(/=[^&]*/g, '=');

/** The values of forms that begin empty, and a window that holds nothing back. */
const filled = {
  '/ui/sources/add': { name: 'walked', place: 'sheets/walked' },
  '/ui/schedules/new': { name: 'walked', operation: 'repair' },
  '/ui/maintenance': { level: 'announce' },
  '/ui/incidents/open': { title: 'Walked' },
  '/ui/webhooks/new': { name: 'walked', url: 'http://127.0.0.1:9/hook', 'event:settings.changed': 'on' },
  '/ui/costs/enter': { item: 'other', name: 'walked', amount: '1', note: 'Walked' },
};
/** The same for the forms of any record. */
const filledOfAny = [
  [/^\/ui\/incidents\/\d+\/(notes|items)$/, { text: 'walked by' }],
  [/^\/ui\/incidents\/\d+\/close$/, { resolution: 'The walk ends here.' }],
  [/^\/ui\/webhooks\/[\w-]+\/edit$/, { 'event:settings.changed': 'on' }],
  [/^\/ui\/runs\/\d+\/steps\/\d+$/, { note: 'walked by' }],
  [/^\/ui\/documents\/\w+\/[\w-]+\/(save|preview)$/, { title: 'Walked', body: '- [ ] Walk' }],
];
/** The answers of forms that do not redirect: no token is known, an empty form is refused, a check shows what it found, and a new
 *  secret is shown. */
const answers = {
  '/sign-in': 401,
  '/ui/access/tokens': 422,
  '/ui/library/canaries': 422,
  '/ui/credentials/google/path': 422,
  '/ui/credentials/embedding/path': 422,
  '/ui/embedder/check': 200,
  '/ui/webhooks/new': 200,
  '/ui/webhooks/walked/rotate': 200,
};
/** The pages that such answers lead to. */
const nextPages = { '/ui/webhooks/new': '/settings/webhooks/walked' };
/** The run or job may have ended, the incident be closed, or the webhook be switched off meanwhile. */
const mayConflict = /^\/ui\/((runs|incidents|jobs)\/\d+|webhooks\/walked)\//;
const startMaxMs = 30_000;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-walk-'));
const server = spawn(process.execPath, [path.join(import.meta.dirname, '../dist/src/main.js')], {
  cwd: root,
  env: {
    ...process.env,
    CHL_OPERATIONS_MODE: 'noop',
    CHL_PORT: '0',
    CHL_EXPERIENCE_ROOT: path.join(root, 'data'),
  },
  stdio: ['ignore', 'ignore', 'pipe'],
});

try {
  const origin = await readOrigin();
  const pages = await walkPages(origin);
  const jobs = await readJobs(origin);
  await walkApi(origin, jobs);
  assert.deepEqual(childrenOf(server.pid), [], 'noop mode starts no process');
  const exit = new Promise((resolve) => server.once('exit', (code) => resolve(code)));
  server.kill('SIGTERM');
  assert.equal(await exit, 0, 'the server stops cleanly');
  console.log(`Walked ${pages} addresses and ${jobs.length} jobs in noop mode.`);
} finally {
  server.kill('SIGKILL');
  fs.rmSync(root, { recursive: true, force: true });
}

/** Reads the server's address from its stderr. */
function readOrigin() {
  return new Promise((resolve, reject) => {
    let text = '';
    setTimeout(() => reject(new Error(`the server did not start: ${text}`)), startMaxMs).unref();
    server.once('exit', () => reject(new Error(`the server ended: ${text}`)));
    server.stderr.on('data', (chunk) => {
      text += chunk;
      const address = /ready: (http:\/\/\S+?)\/operations/.exec(text);
      if (address) resolve(address[1]);
    });
  });
}

/** Follows links and submits forms until nothing new is found; returns the number of visited addresses. */
async function walkPages(origin) {
  const open = ['/'];
  const visited = new Set();
  const submitted = new Set();
  /** The addresses of each kind that were found first. */
  const kinds = new Map();
  for (let address = open.shift(); address; address = open.shift()) {
    if (visited.has(address)) continue;
    visited.add(address);
    const { status, html } = await get(origin, address);
    if (status === 409 && mayConflict.test(address)) continue;
    assert.equal(status, 200, `GET ${address} answers 200`);
    open.push(...addressesOf(html).filter((found) => !visited.has(found) && isAmongFew(found)));
    for (const form of html.querySelectorAll('form[method="post"]')) {
      const action = form.getAttribute('action');
      if (!action || submitted.has(action) || !canSubmit(form)) continue;
      submitted.add(action);
      open.push(await submit(origin, action, form));
      visited.delete('/operations');
    }
  }
  assert.ok(
    [...submitted].some((action) => action === '/ui/operations/run/import'),
    'the import was submitted',
  );
  for (const address of ['/sources/published', '/sources/walked', '/ui/sources/walked/remove'])
    assert.ok(visited.has(address), `${address} was visited`);
  for (const action of ['/ui/sources/add', '/ui/sources/walked/edit', '/ui/sources/walked/check'])
    assert.ok(submitted.has(action), `${action} was submitted`);
  return visited.size + submitted.size;

  function isAmongFew(address) {
    const kind = kindOf(address);
    const few = kinds.get(kind) ?? new Set();
    kinds.set(kind, few);
    if (few.size < maxOfKind) few.add(address);
    return few.has(address);
  }
}

/** Skips uploads, undo, restore and removal, dialogs that have no button because there is nothing to confirm, and the
 *  removal of the jobs that the walk counts at its end. */
function canSubmit(form) {
  const action = form.getAttribute('action');
  if (skipped.some((name) => action === `/ui/operations/run/${name}`)) return false;
  const isRemoval = action.endsWith('/remove') || form.querySelector('[value="remove"]') !== null;
  return !isRemoval && form.querySelector('button') !== null && !form.hasAttribute('enctype');
}

async function get(origin, address) {
  const answer = await fetch(origin + address);
  return { status: answer.status, html: parse(await answer.text()) };
}

function addressesOf(html) {
  const values = html
    .querySelectorAll('a[href], [hx-get]')
    .flatMap((node) => [node.getAttribute('href'), node.getAttribute('hx-get')]);
  return values.filter((value) => value?.startsWith('/')).map((value) => value.split('#')[0]);
}

/** Fills in reason and confirmation word as an operator would; returns the address of the redirect. */
async function submit(origin, action, form) {
  const fields = new URLSearchParams();
  for (const field of form.querySelectorAll('input, select, textarea')) {
    const type = field.getAttribute('type');
    if (['checkbox', 'file'].includes(type) || (type === 'radio' && !field.hasAttribute('checked'))) continue;
    fields.set(field.getAttribute('name'), readValue(field));
  }
  for (const [pattern, values] of filledOfAny)
    if (pattern.test(action)) for (const [name, value] of Object.entries(values)) fields.set(name, value);
  for (const [name, value] of Object.entries(filled[action] ?? {})) fields.set(name, value);
  if (fields.has('reason')) fields.set('reason', 'a walk in noop mode');
  if (fields.has('confirm')) fields.set('confirm', readWord(form));
  // A job of the walk may still hold its locks.
  if (action.startsWith('/ui/operations/run/')) fields.set('when_locked', 'wait');
  const answer = await fetch(origin + action, { method: 'POST', body: fields, redirect: 'manual' });
  // Noop mode has no workers to control.
  const expected = action.startsWith('/ui/workers/') ? 503 : (answers[action] ?? 303);
  if (!(answer.status === 409 && mayConflict.test(action)))
    assert.equal(answer.status, expected, `POST ${action} answers ${expected}`);
  return answer.headers.get('location') ?? nextPages[action] ?? '/operations';
}

function readValue(field) {
  if (field.tagName === 'TEXTAREA') return field.text;
  const option = field.querySelector('option[selected]') ?? field.querySelector('option');
  return (option ?? field).getAttribute('value') ?? '';
}

/** The word that the label of the field asks for. */
function readWord(form) {
  const { id } = form.querySelector('input[name="confirm"]');
  const [, word = ''] = /Type (\S+) to confirm/.exec(form.querySelector(`label[for="${id}"]`).text) ?? [];
  return word;
}

async function readJobs(origin) {
  const answer = await fetch(`${origin}/api/v1/operations/jobs`);
  const { items } = await answer.json();
  const { items: operations } = await (await fetch(`${origin}/api/v1/operations`)).json();
  for (const { name } of operations.filter((operation) => !skipped.includes(operation.name))) {
    assert.ok(
      items.some((job) => job.operation === name),
      `${name} has a job`,
    );
  }
  for (const job of items) {
    assert.equal(job.status, 'succeeded');
    assert.deepEqual(job.result, { mode: 'noop' });
  }
  return items;
}

async function walkApi(origin, [job]) {
  const paths = ['/queue', '/index', `/operations/jobs/${job.number}`, `/operations/jobs/${job.job_id}/rows`];
  for (const address of [
    ...paths.map((name) => `/api/v1${name}`),
    `/api/v1/operations/jobs/${job.number}/log`,
    '/health',
  ]) {
    const answer = await fetch(origin + address);
    assert.equal(answer.status, 200, `GET ${address} answers 200`);
  }
  for (const verb of ['cancel', 'retry']) {
    const refused = await fetch(`${origin}/api/v1/operations/jobs/${job.number}/${verb}`, { method: 'POST' });
    assert.equal(refused.status, 409, `${verb} of a finished job is refused`);
  }
  const search = await fetch(`${origin}/api/v1/search?q=anything`);
  assert.equal(search.status, 409, 'search reports that there is no index');
  const stream = await fetch(`${origin}/ui/stream/telemetry?cycles=2`);
  const events = (await stream.text()).match(/^event: .+$/gm);
  assert.equal(events.filter((line) => line === 'event: tick').length, 2);
}

function childrenOf(pid) {
  const file = `/proc/${pid}/task/${pid}/children`;
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split(' ').filter(Boolean) : [];
}
