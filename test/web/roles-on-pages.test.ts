// On every page, each control of an action that the reader's role may not use is locked, and each other one works as it does
// for an admin.
import '../support/plain-children.ts';
import type { HTMLElement } from 'node-html-parser';
import t, { type Test } from 'tap';
import { type Role, mayAct } from '../../src/core/role.ts';
import { bulkAction } from '../../src/bulk/actions.ts';
import { features } from '../../src/features.ts';
import { runAction } from '../../src/jobs/actions.ts';
import { scheduleActions } from '../../src/schedules/actions.ts';
import type { Action } from '../../src/web/action.ts';
import { addManual } from '../support/entries.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { filesOf, sheet } from '../support/library.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { collectRoutes, type Route } from '../support/routes.ts';
import { insideOf } from '../support/screen.ts';
import { uploadSheet } from '../support/sheet-uploads.ts';
import { toParts } from '../support/snapshots.ts';
import { startIndexed, upload } from '../support/uploads.ts';
import { createWorkerRows } from '../support/worker-rows.ts';
import { buildZip } from '../support/zip.ts';

const examples = features.flatMap(({ pages = [] }) => pages.flatMap((page) => page.examples));

/** Actions of which some arguments need an admin. */
const judgedByArguments: string[] = [runAction.name, bulkAction.name, scheduleActions.run.name];

/** A control, such as a button of a form, with the address it leads to. */
type Control = { node: HTMLElement; method: 'GET' | 'POST'; address: string };

t.test('the controls of each page fit the role of its reader', async (t) => {
  const routes = collectRoutes(t);
  const { app, workers } = await startFilled(t);
  const { addresses, locked } = await crawl('admin', [
    '/plans/1',
    '/jobs/bulk/none',
    '/library/E1',
    ...examples,
  ]);
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

  /** All pages and dialogs that can be reached from the given ones, and the locked controls on them. */
  async function crawl(role: Role, from: string[]) {
    const open = [...from];
    const addresses: string[] = [];
    const locked: string[] = [];
    for (let address = open.shift(); address; address = open.shift()) {
      if (addresses.includes(address)) continue;
      addresses.push(address);
      const { html } = await app.page(address, as(role));
      locked.push(...html.querySelectorAll('[data-locked]').map(String));
      const links = html.querySelectorAll('[hx-target="#dialog"][hx-get]');
      open.push(...links.map((node) => node.getAttribute('hx-get') ?? ''));
    }
    return { addresses, locked };
  }

  /** The unlocked controls of actions that the role may use whatever the arguments are. */
  function usableOn(html: HTMLElement, role: Role): string[] {
    return controlsOf(html)
      .filter(({ node, method, address }) => {
        const action = actionOf(method, address);
        const isJudged = action !== undefined && !judgedByArguments.includes(action.name);
        return isJudged && mayAct(role, leastRole(method, address)) && !node.hasAttribute('data-locked');
      })
      .map(({ node, method, address }) => `${method} ${address} ${node.text.trim()}`);
  }

  /** A dialog needs the role of its action. */
  function leastRole(method: 'GET' | 'POST', address: string): Role {
    const { config } = find(method, address) ?? {};
    return (config?.action?.role ?? config?.reads ?? actionOf(method, address)?.role ?? 'viewer') as Role;
  }

  /** The action of a dialog is that of the POST with the same address, or of a run. */
  function actionOf(method: 'GET' | 'POST', address: string): Action | undefined {
    const path = address.replace(/\/ui\/operations\/(\w+)\/confirm/, '/ui/operations/run/$1');
    const isDialog = method === 'GET' && address.startsWith('/ui/');
    return find(isDialog ? 'POST' : method, path)?.config.action;
  }

  function find(method: string, address: string): Route | undefined {
    const [path = ''] = address.split('?');
    const fits = ({ url }: Route) => new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`).test(path);
    return routes
      .filter((route) => route.method === method && fits(route))
      .sort((one, other) => one.url.split(':').length - other.url.split(':').length)[0];
  }
});

/** Links, buttons that submit a form, and elements that send a request by themselves; templates of scripts are no controls. */
function controlsOf(html: HTMLElement): Control[] {
  for (const template of html.querySelectorAll('template')) template.remove();
  const attribute = (name: string, method: 'GET' | 'POST') =>
    html
      .querySelectorAll(`[${name}]`)
      .map((node) => ({ node, method, address: node.getAttribute(name) ?? '' }));
  const requests = [
    ...attribute('hx-post', 'POST'),
    ...attribute('hx-get', 'GET'),
    ...attribute('href', 'GET'),
  ];
  const forms = html
    .querySelectorAll('form[action]')
    .flatMap((form) => submittersOf(html, form).map((node) => ({ node, ...targetOf(form, node) })));
  // A form sends what its button submits.
  return [...requests.filter(({ node }) => node.tagName !== 'FORM'), ...forms];
}

/** A button may send its form to another address. */
function targetOf(form: HTMLElement, button?: HTMLElement) {
  const given = button?.getAttribute('formaction') ? button.getAttribute('formmethod') : null;
  const method = (given ?? form.getAttribute('method')) === 'post' ? ('POST' as const) : ('GET' as const);
  return { method, address: button?.getAttribute('formaction') ?? form.getAttribute('action') ?? '' };
}

/** The buttons that submit a form; Enter in one of its fields presses the first, and submits a form without any. */
function submittersOf(html: HTMLElement, form: HTMLElement): HTMLElement[] {
  return ownOf(html, form, 'button').filter((button) => button.getAttribute('type') !== 'button');
}

function hasTextField(html: HTMLElement, form: HTMLElement): boolean {
  const others = ['hidden', 'radio', 'checkbox', 'file'];
  return ownOf(html, form, 'input').some((input) => !others.includes(input.getAttribute('type') ?? 'text'));
}

/** The elements of a form, inside it or elsewhere. */
function ownOf(html: HTMLElement, form: HTMLElement, tag: string): HTMLElement[] {
  const elsewhere = html.querySelectorAll(`${tag}[form="${form.id || '-'}"]`);
  return [...form.querySelectorAll(tag), ...elsewhere].filter((node) => isOf(node, form));
}

/** Whether an element belongs to this form, and not to another that it names. */
function isOf(element: HTMLElement, form: HTMLElement): boolean {
  const named = element.getAttribute('form');
  return named === undefined || named === form.id;
}

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

/** A server with something of everything that has controls. */
async function startFilled(test: Test) {
  const app = await startWithRoles(test, fill);
  const workers = createWorkerRows(test, app);
  workers.add('worker-1');
  workers.add('worker-2', { state: 'paused' });
  return { app, workers };
}

async function fill(test: Test) {
  const app = await startIndexed(test);
  const { repository } = app.parts;
  await app.run('import', { dry_run: true });
  endJob(repository, insertJob(repository, { operation: 'export' }), 'cancelled');
  endJob(repository, insertJob(repository, { operation: 'import', args: { mode: 'replace' } }), 'failed');
  const { number } = insertJob(repository, { operation: 'index' });
  await fetch(`${app.origin}/api/v1/sources/draft`, {
    method: 'PUT',
    body: JSON.stringify({ kind: 'folder', place: 'sheets/draft' }),
    headers: { 'content-type': 'application/json' },
  });
  await fetch(`${app.origin}/api/v1/schedules/nightly`, {
    method: 'PUT',
    body: JSON.stringify({ operation: 'repair', cron: '0 3 * * *' }),
    headers: { 'content-type': 'application/json' },
  });
  examples.push(
    '/schedules/nightly',
    '/schedules/nightly/times',
    '/ui/schedules/preview',
    '/ui/schedules/nightly/run',
  );
  examples.push(`/ui/jobs/${number}/cancel`, '/ui/sources/draft/remove');
  await upload(app, buildZip(toParts(app.members)));
  const { body } = await uploadSheet(app, filesOf(sheet()));
  examples.push(`/sources?sheet=${body.sheet_id}`);
  addManual(app.library, 'M2', { embedding_status: 'failed' });
  return app;
}
