// `chl errors` prints what the API answers.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { addError } from '../support/errors.ts';

t.test('the command lists, shows and decides', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const run = (...words: string[]) => runHere(app.root, ['errors', ...words]);
  t.match((await run()).out, /^No groups\.\n$/);
  const id = await addError(app, {
    message: 'disk 12 is gone',
    code: 'EIO',
    route: '/x',
    request_id: '0000abcd',
  });
  t.match((await run()).out, /^1 +open +1 × {2}\S+Z {2}\/x: a test failed: disk 12 is gone\n$/);
  const { out } = await run('show', String(id));
  t.match(
    out,
    'Grouped by: EIO · server · /x · logError (test/support/errors) · “a test failed: disk # is gone”',
  );
  t.match(out, 'Seen in: request 0000abcd');
  t.match((await run('resolve', String(id), '--reason', 'a new disk')).out, /resolved/);
  t.match((await run('list', '--state', 'open')).out, /^No groups\.\n$/);
  await addError(app, { message: 'disk 13 is gone', code: 'EIO', route: '/x' });
  t.match((await run('list', '--state', 'back')).out, /came back +2 ×/);
  t.match((await run('mute', String(id))).out, /muted/);
  t.match((await run('open', String(id))).out, /open/);
  t.match(JSON.parse((await run('list', '--q', 'gone', '--json')).out), { items: [{ id }] });
  t.match(await run('show', '99'), { code: 2, err: /There is no group of errors 99/ });
  t.match(await run('show'), { code: 2 });
});

t.test('several groups are decided on at once, and each that is left is named', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const run = (...words: string[]) => runHere(app.root, ['errors', ...words]);
  for (const code of ['E1', 'E2', 'E3']) await addError(app, { message: 'it broke', code });
  t.match(await run('resolve', '1', '2'), { code: 0, out: /^1 +resolved\n2 +resolved\n$/ });
  const { code, out } = await run('resolve', '2', '3', '99');
  t.equal(code, 1);
  t.match(
    out,
    /^2 +This group is resolved already\.\n3 +resolved\n99 +There is no group of errors 99\. .+\n$/,
  );
  t.match(await run('mute', '1', 'x'), { code: 2, err: /x is not the number of a group/ });
  t.match(await run('show', '1', '2'), { code: 2 });
  t.match(await run('list', 'x'), { code: 2 });
});
