// A request that several rules refuse gets the first of these refusals: gate, identity, address, role, body, arguments,
// danger of the arguments, confirmation, plan.
import '../support/plain-children.ts';
import net from 'node:net';
import t from 'tap';
import type { TestApp } from '../support/app.ts';
import { addCategory } from '../support/entries.ts';
import { as, startWithRoles } from '../support/roles.ts';

type Sender = Parameters<typeof as>[0];

/** Announces a body and never sends it. */
const announced = { 'content-type': 'application/json', 'content-length': '50' };

t.test('what needs no body is answered before one arrives', async (t) => {
  const app = await startWithRoles(t);
  const run = '/api/v1/operations/import';
  for (const [sender, address, host, code] of [
    ['nobody', run, 'evil.test', 'host_not_allowed'],
    ['nobody', '/api/v1/nothing', null, 'unauthorized'],
    ['nobody', run, null, 'unauthorized'],
    ['viewer', '/api/v1/nothing', null, 'not_found'],
    ['viewer', '/library', null, 'method_not_allowed'],
    ['viewer', run, null, 'forbidden'],
    ['operator', '/api/v1/sources/draft/edit', null, 'not_found'],
    ['operator', '/ui/sources/draft/edit', null, 'forbidden'],
  ] as [Sender, string, string | null, string][])
    t.equal(
      await readCode(app, address, { ...as(sender), ...(host ? { host } : {}) }),
      code,
      `${sender} ${address}`,
    );
});

t.test('what the body says is judged in order', async (t) => {
  const app = await startWithRoles(t);
  addCategory(app.library, 'GEN');
  const confirmed = { reason: 'a test needs it', confirm: 'import' };
  const outdated = { args: { plan: 'x' } };
  for (const [sender, body, status, code] of [
    ['operator', '{', 400, 'bad_json'],
    ['operator', { args: { colour: 1 } }, 422, 'invalid_arguments'],
    ['operator', outdated, 403, 'forbidden'],
    ['operator', { ...outdated, ...confirmed }, 403, 'forbidden'],
    ['admin', outdated, 422, 'confirmation_required'],
    ['admin', { ...outdated, ...confirmed }, 409, 'plan_outdated'],
    ['operator', { args: { dry_run: true } }, 202, undefined],
  ] as [Sender, unknown, number, string | undefined][]) {
    const answer = await fetch(`${app.origin}/api/v1/operations/import`, {
      method: 'POST',
      headers: { ...as(sender), 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const answered = (await answer.json()) as { error?: { code: string; message: string; details: object } };
    t.same([answer.status, answered.error?.code], [status, code], `${sender} ${JSON.stringify(body)}`);
    if (code === 'forbidden')
      t.match(answered.error, {
        message: 'Needs an admin; you are an operator.',
        details: { role: 'operator', needs: 'admin' },
      });
  }
});

t.test('an operator removes no job, alone or among many', async (t) => {
  const app = await startWithRoles(t);
  await app.run('import');
  const post = (address: string, body: object) => app.json(address, body, as('operator'));
  const bulk = await post('/api/v1/operations/jobs/bulk', { action: 'remove', jobs: [1] });
  t.match(bulk, { status: 403, body: { error: { code: 'forbidden' } } });
  const page = await app.submit('/ui/jobs/bulk', { action: 'remove', numbers: '1' }, as('operator'));
  t.equal(page.status, 403);
  t.ok(app.parts.repository.find('1'));
});

/** Reads until the code of an error has arrived. */
function readCode({ origin }: TestApp, address: string, headers: Record<string, string>): Promise<string> {
  const { host, hostname, port } = new URL(origin);
  const lines = Object.entries({ host, ...announced, accept: 'application/json', ...headers });
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    let text = '';
    socket.on('error', reject).on('close', () => reject(new Error(`No error: ${text}`)));
    socket.on('data', (chunk) => {
      text += chunk;
      const code = /"code":"(\w+)"/.exec(text)?.[1];
      if (code === undefined) return;
      resolve(code);
      socket.destroy();
    });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`POST ${address} HTTP/1.1\r\n${head}\r\n`);
  });
}
