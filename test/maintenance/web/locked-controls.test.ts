// While the server is read-only, each control of each page whose action would be refused is locked and says until when; those of
// the allowed actions are not.
import '../../support/plain-children.ts';
import type { HTMLElement } from 'node-html-parser';
import t from 'tap';
import { maintenance } from '../../../src/maintenance/feature.ts';
import {
  type Control,
  controlsOf,
  crawl,
  createControlRoutes,
  submittersOf,
} from '../../support/controls.ts';
import { startFilled } from '../../support/filled.ts';
import { as } from '../../support/roles.ts';
import { collectRoutes } from '../../support/routes.ts';
import { admin, wanted } from '../../support/windows.ts';

t.test('each control of a refused action is locked, and no other', async (t) => {
  const { actionOf } = createControlRoutes(collectRoutes(t));
  const { app, workers, addresses: first } = await startFilled(t);
  const { windows } = app.use(maintenance);
  const { id } = await windows.start({ ...wanted('read_only'), reason: 'a "new" disk' }, admin);
  const { addresses } = await crawl(app, as('admin'), [
    ...first,
    `/ui/maintenance/${id}/end`,
    `/ui/maintenance/${id}/extend`,
  ]);
  const seen = new Set<string>();
  const free = new Set<string>();
  for (const address of addresses) {
    for (const name of ['worker-1', 'worker-2']) workers.beat(name, {});
    const { html } = await app.page(address, as('admin'));
    for (const control of controlsOf(html)) {
      const action = actionOf(control);
      if (!action || isOnlyRead(control)) continue;
      const about = `${address}: ${action.name} ${control.node.toString().slice(0, 120)}`;
      t.equal(isLocked(control.node), !action.allowedInReadOnly, about);
      (action.allowedInReadOnly ? free : seen).add(action.name);
    }
    for (const node of html.querySelectorAll('[data-locked="maintenance"]')) {
      t.match(
        node.getAttribute('aria-description'),
        /^Read-only for maintenance until \d+ \w+, \d\d:\d\d: a "new" disk$/,
      );
      if (node.tagName === 'BUTTON') t.equal(node.getAttribute('formmethod'), 'dialog');
    }
    for (const form of html.querySelectorAll('form[method="post"]'))
      t.ok(submittersOf(html, form).length > 0 || !form.querySelector('input:not([type="hidden"])'), address);
  }
  t.ok(seen.size >= 20, `${seen.size} refused actions have controls: ${[...seen]}`);
  t.strictSame([...free].sort(), [
    'access.sign_in',
    'job.cancel',
    'maintenance.ended',
    'maintenance.extended',
  ]);

  await t.test('a reader of another role sees the lock of the role', async (t) => {
    const { html } = await app.page('/checks', as('viewer'));
    t.equal(html.querySelector('#check-now')?.getAttribute('data-locked'), 'operator');
  });

  await t.test('after the window no control is locked', async (t) => {
    await windows.end(id, admin);
    const after = await crawl(app, as('admin'), first);
    t.strictSame(after.locked, []);
  });
});

const isLocked = (node: HTMLElement) => node.getAttribute('data-locked') === 'maintenance';

/** A page may be read, and its own controls are locked; so may the list of the keys. */
function isOnlyRead({ node, method, address }: Control): boolean {
  return method === 'GET' && (node.getAttribute('hx-target') !== '#dialog' || address === '/ui/keys');
}
