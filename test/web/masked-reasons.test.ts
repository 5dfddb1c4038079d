// The user and the password of an address in a reason are neither kept nor answered, whichever route takes it.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { actionRequests } from '../support/action-requests.ts';
import type { TestApp } from '../support/app.ts';
import { startIndexed } from '../support/uploads.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

t.test('no reason keeps the password of an address', async (t) => {
  const app = await startIndexed(t);
  const sender = { ...app, rows: createWorkerRows(t, app), headers: {} };
  const reasons = giveReasons(t, app.origin);
  for (const [route, request] of Object.entries(actionRequests)) {
    reasons.next(route);
    const { status } = await request(sender);
    t.ok(status < 400, `${route}: ${status}`);
  }
  const answers = await reasons.answers();
  t.ok(answers.length > 80);
  for (const { route, text } of answers) t.notMatch(text, /hunter2/, `the answer of ${route}`);
  for (const [table, rows] of Object.entries(readTables(app)))
    t.strictSame(leaks(rows), [], `${table} has none`);
  for (const table of ['audit', 'job', 'maintenance_window'])
    t.match(JSON.stringify(readTables(app)[table]), 'https://[masked]@b.test', `${table} has reasons`);
});

t.test('nor does a schedule, nor the override of a window', async (t) => {
  const app = await startIndexed(t);
  const body = { operation: 'repair', cron: '0 3 * * *', reason: 'https://ada:x-hunter2@b.test/1' };
  const answer = await fetch(`${app.origin}/api/v1/schedules/nightly`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-actor': 'http://ada:x-hunter2@b.test' },
    body: JSON.stringify(body),
  });
  t.match(await answer.json(), { reason: 'https://[masked]@b.test/1', changed_by: 'http://[masked]@b.test' });
  for (const [table, rows] of Object.entries(readTables(app))) t.strictSame(leaks(rows), [], table);
});

/** Gives each request of the test to the server a reason with a password that names the route. */
function giveReasons(t: Test, origin: string) {
  const original = globalThis.fetch;
  const answers: { route: string; text: Promise<string> }[] = [];
  let route = '';
  globalThis.fetch = async (address, init = {}) => {
    if (!String(address).startsWith(origin) || (init.method ?? 'GET') === 'GET')
      return original(address, init);
    const answer = await original(
      address,
      withReason(init, `see https://ada:${answers.length}-hunter2@b.test/x`),
    );
    answers.push({ route, text: answer.clone().text() });
    // The requests after an upload need one that waits.
    return init.body instanceof FormData && isSnapshot(init.body) ? original(address, init) : answer;
  };
  t.teardown(() => {
    globalThis.fetch = original;
  });
  return {
    next(name: string) {
      route = name;
    },
    answers: () => Promise.all(answers.map(async ({ route, text }) => ({ route, text: await text }))),
  };
}

function withReason(init: RequestInit, reason: string): RequestInit {
  const { body, headers } = init;
  if (body instanceof URLSearchParams) {
    body.set('reason', reason);
    return init;
  }
  if (body instanceof FormData) {
    const form = new FormData();
    form.append('reason', reason);
    // A reason asks for the installation, too.
    if (isSnapshot(body)) form.append('confirm', 'snapshot');
    for (const [name, value] of body) form.append(name, value);
    return { ...init, body: form };
  }
  const json = JSON.stringify({ ...JSON.parse(String(body ?? '{}')), reason });
  return { ...init, headers: { ...headers, 'content-type': 'application/json' }, body: json };
}

function leaks(rows: unknown[]): unknown[] {
  return rows.filter((row) => JSON.stringify(row).includes('hunter2'));
}

/** All rows of ops.db. */
function readTables({ ops }: Pick<TestApp, 'ops'>): Record<string, unknown[]> {
  const names = ops.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  return Object.fromEntries(names.map((name) => [name, ops.prepare(`SELECT * FROM "${name}"`).all()]));
}

/** Whether a form has the ZIP of a snapshot. */
function isSnapshot(form: FormData): boolean {
  const file = form.get('file');
  return file instanceof File && file.name === 'set.zip';
}
