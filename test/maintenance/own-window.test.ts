// Whose window it is: with tokens the token counts, not the name that a program gives itself.
import '../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { maintenance } from '../../src/maintenance/feature.ts';
import { runHere } from '../support/command-line.ts';
import { addToken, as, startWithRoles, tokenOf } from '../support/roles.ts';
import { fieldProblems, textOf } from '../support/screen.ts';
import { wanted } from '../support/windows.ts';

t.test('one’s own window ends without a reason, whichever way it was started', async (t) => {
  const app = await startWithRoles(t);
  const { windows } = app.use(maintenance);
  const agent = { ...as('admin'), 'x-actor': 'an agent' };
  const startBy = async (headers: Record<string, string>) => {
    const { status, body } = await app.json('/api/v1/maintenance', wanted('frozen'), headers);
    t.equal(status, 201);
    return body as { id: number; created_by: string };
  };

  const ofPage = await startBy(as('admin'));
  t.equal(ofPage.created_by, 'admin');
  const overApi = await app.json(`/api/v1/maintenance/${ofPage.id}/end`, {}, agent);
  t.match(overApi, { status: 200, body: { ended_by: 'admin (an agent)' } });

  const ofAgent = await startBy(agent);
  t.equal(ofAgent.created_by, 'admin (an agent)');
  const dialog = (await app.page(`/ui/maintenance/${ofAgent.id}/end`)).html;
  t.match(textOf(dialog, 'main'), /Reason \(optional\)/);
  t.equal((await app.submit(`/ui/maintenance/${ofAgent.id}/end`, {})).status, 303);

  const other = await startBy(agent);
  const ended = await runHere(app.root, ['maintenance', 'end', String(other.id)], {
    CHL_TOKEN: tokenOf('admin'),
  });
  t.match(ended, { code: 0, out: `Window ${other.id} has ended.\n` });
  t.match(windows.find(other.id), { ended_by: /^admin \(.+\)$/ });
});

t.test('the window of another token needs a reason in each way', async (t) => {
  const app = await startWithRoles(t);
  const eve = addToken(app, 'admin2', 'admin');
  const { body } = await app.json('/api/v1/maintenance', wanted('frozen'), as('admin'));
  const end = `/maintenance/${body.id}/end`;
  t.match(await app.json(`/api/v1${end}`, {}, { ...eve, 'x-actor': 'admin' }), {
    status: 422,
    body: { error: { code: 'confirmation_required' } },
  });
  const page = await app.submit(`/ui${end}`, {}, eve);
  t.match(fieldProblems(parse(await page.text())), { reason: /reason of at least 5/ });
  const CHL_TOKEN = (eve.authorization ?? '').slice('Bearer '.length);
  t.match(await runHere(app.root, ['maintenance', 'end', String(body.id)], { CHL_TOKEN }), {
    code: 2,
    err: /Write a reason of at least 5 characters/,
  });
});
