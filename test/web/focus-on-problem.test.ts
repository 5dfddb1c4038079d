// The answer to a refused form has the focus on what is wrong, also without scripts.
import '../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp } from '../support/app.ts';

const refused: [address: string, form: Record<string, string>, focused: string][] = [
  ['/ui/sources/add', { name: '', kind: 'folder', place: '' }, '#arg-name'],
  ['/ui/sources/import', { from: 'folder', path: '' }, '[role=alert]'],
  ['/ui/operations/run/rollback', { reason: 'no' }, '[aria-invalid=true], [role=alert]'],
  ['/ui/access/tokens', { name: '', role: 'admin', expires: '' }, '#token-name'],
  ['/ui/settings/limits', { 'retention.days': '0', 'was:retention.days': '90' }, '[role=alert]'],
  ['/ui/embedder/save', { kind: 'service', url: 'nope', model: '' }, '#embedder-url'],
  ['/ui/credentials/google/path', { path: '/nothing' }, '#path-google'],
  ['/ui/schedules/new', { name: 'No', operation: 'repair', zone: 'Mars' }, '#s-name'],
  ['/ui/workers/drain', { timeout_sec: '1' }, '[aria-invalid=true], [role=alert]'],
];

t.test('a refused form has the focus on its first problem', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  for (const [address, form, focused] of refused) {
    const answer = await app.submit(address, form);
    t.ok(answer.status >= 400, `${address}: ${answer.status}`);
    const html = parse(await answer.text());
    const nodes = html.querySelectorAll('[autofocus]');
    t.equal(nodes.length, 1, `${address} has one focus`);
    t.ok(html.querySelectorAll(focused).includes(nodes[0] as never), `${address}: ${nodes[0]}`);
    if (nodes[0]?.tagName !== 'INPUT') t.equal(nodes[0]?.getAttribute('tabindex'), '-1', address);
  }
});
