// On every page, each control of an action that the reader's role may not use is locked, and each other one works as it does
// for an admin.
import '../support/plain-children.ts';
import type { HTMLElement } from 'node-html-parser';
import t, { type Test } from 'tap';
import { type Role, mayAct } from '../../src/core/role.ts';
import { bulkAction } from '../../src/bulk/actions.ts';
import { runAction } from '../../src/jobs/actions.ts';
import { runActions } from '../../src/runbooks/run.ts';
import { scheduleActions } from '../../src/schedules/actions.ts';
import {
  controlsOf,
  crawl,
  createControlRoutes,
  hasTextField,
  submittersOf,
  targetOf,
} from '../support/controls.ts';
import { startFilled } from '../support/filled.ts';
import { as } from '../support/roles.ts';
import { collectRoutes } from '../support/routes.ts';
import { insideOf } from '../support/screen.ts';

/** Actions of which some arguments need an admin. */
const judgedByArguments: string[] = [
  runAction.name,
  bulkAction.name,
  scheduleActions.run.name,
  runActions.step.name,
];

t.test('the controls of each page fit the role of its reader', async (t) => {
  const routes = collectRoutes(t);
  const { find, actionOf } = createControlRoutes(routes);
  const { app, workers, addresses: first } = await startFilled(t);
  const { addresses, locked } = await crawl(app, as('admin'), first);
  const seen = new Set(addresses.map((address) => find('GET', address)));
  for (const route of routes.filter(({ method, config }) => method === 'GET' && config.isPage))
    if (!seen.has(route) && route.config.reads !== 'admin') {
      const { status } = await fetch(app.origin + route.url, { redirect: 'manual' });
      t.ok([302, 303].includes(status), `GET ${route.url} is visited, or leads to another page`);
    }
  t.strictSame(locked, [], 'an admin may do everything');

  for (const role of ['viewer', 'operator'] as const)
    await t.test(role, async (t) => {
      let count = 0;
      for (const address of addresses) {
        // Controls depend on the heartbeats, which are old on a slow machine.
        for (const name of ['worker-1', 'worker-2']) workers.beat(name, {});
        const { html } = await app.page(address, as(role));
        if (mayAct(role, leastRole('GET', address))) {
          const { html: ofAdmin } = await app.page(address, as('admin'));
          t.strictSame(usableOn(html, role), usableOn(ofAdmin, role), `${address}: nothing else is locked`);
        }
        for (const { node, method, address: target } of controlsOf(html)) {
          // A text that people wrote may name pages that not all of its readers may open.
          if (node.closest('.note-text')) continue;
          count += 1;
          const needs = leastRole(method, target);
          const isLocked = node.hasAttribute('data-locked');
          if (!mayAct(role, needs))
            t.ok(isLocked, `${address}: ${node.toString().slice(0, 120)} needs ${needs}`);
        }
        for (const node of html.querySelectorAll('[data-locked]')) checkLocked(t, html, node, role);
        for (const form of html.querySelectorAll('form[action]')) {
          const target = targetOf(form);
          const isAllowed = mayAct(role, leastRole(target.method, target.address));
          const isSafe = isAllowed || !hasTextField(html, form) || submittersOf(html, form).length > 0;
          t.ok(isSafe, `${address}: Enter sends ${target.address}`);
        }
      }
      t.ok(count > 50, `${count} controls`);
    });

  await t.test('an operator may start a plan and no destructive run', async (t) => {
    // Their heartbeats are old on a slow machine.
    for (const name of ['worker-1', 'worker-2']) workers.beat(name, {});
    const { html } = await app.page('/operations', as('operator'));
    const isLocked = (selector: string) => html.querySelector(selector)?.hasAttribute('data-locked');
    t.same(['#ask-import', '#run-export', '#pause-all'].map(isLocked), [false, false, false]);
    const install = html
      .querySelectorAll('#ops-index-card a')
      .find(({ text }) => text.startsWith('Install…'));
    t.equal(install?.getAttribute('title'), 'Needs an admin; you are an operator.');
    const dialog = await app.page('/ui/operations/rollback/confirm', as('operator'));
    t.ok(dialog.html.querySelector('#dialog-submit')?.hasAttribute('data-locked'));
  });

  await t.test('a card is the same on its page and by itself', async (t) => {
    const page = await app.page('/operations', as('viewer'));
    for (const node of page.html.querySelectorAll('div[sse-swap]')) {
      const part = await app.page(node.getAttribute('hx-get') ?? '', as('viewer'));
      t.equal(insideOf(page.text, node.id), part.text, node.id);
    }
  });

  /** The unlocked controls of actions that the role may use whatever the arguments are. */
  function usableOn(html: HTMLElement, role: Role): string[] {
    return controlsOf(html)
      .filter(({ node, method, address }) => {
        const action = actionOf({ method, address });
        const isJudged = action !== undefined && !judgedByArguments.includes(action.name);
        return isJudged && mayAct(role, leastRole(method, address)) && !node.hasAttribute('data-locked');
      })
      .map(({ node, method, address }) => `${method} ${address} ${node.text.trim()}`);
  }

  /** A dialog needs the role of its action. */
  function leastRole(method: 'GET' | 'POST', address: string): Role {
    const { config } = find(method, address) ?? {};
    return (config?.action?.role ?? config?.reads ?? actionOf({ method, address })?.role ?? 'viewer') as Role;
  }
});

/** Focusable, explained also in the text of the page, and without an effect. */
function checkLocked(t: Test, html: HTMLElement, node: HTMLElement, role: Role) {
  const about = node.toString().slice(0, 120);
  t.equal(node.getAttribute('aria-disabled'), 'true', about);
  t.match(node.getAttribute('title'), new RegExp(`^Needs an? \\w+; you are an? ${role}\\.$`), about);
  const reason = html.querySelector(`.lacks [data-lack="${node.getAttribute('data-locked')}"]`);
  t.equal(reason?.text, node.getAttribute('title'), about);
  t.notOk(node.hasAttribute('href') || node.hasAttribute('hx-get') || node.hasAttribute('hx-post'), about);
  // A form in no dialog does nothing when its button has the method `dialog`.
  if (node.tagName === 'BUTTON') t.equal(node.getAttribute('formmethod'), 'dialog', about);
  else t.ok(node.hasAttribute('tabindex'), about);
}
