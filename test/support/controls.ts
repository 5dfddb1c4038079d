// The controls on a page, and the routes and actions behind them.
import type { HTMLElement } from 'node-html-parser';
import type { Action } from '../../src/web/action.ts';
import type { TestApp } from './app.ts';
import type { Route } from './routes.ts';

/** A control, such as a button of a form, with the address it leads to. */
export type Control = { node: HTMLElement; method: 'GET' | 'POST'; address: string };

/** Finds the route and the action of a control. `routes` may be filled later, before the first one is found. */
export function createControlRoutes(routes: Route[]) {
  /** Most controls of a page are on other pages, too, and finding one compares it with all routes. */
  const found = new Map<string, Route | undefined>();
  const patterns = new Map<string, RegExp>();
  return { find, actionOf };

  /** The action of a dialog is that of the POST with the same address, or of a run. */
  function actionOf({ method, address }: Omit<Control, 'node'>): Action | undefined {
    const path = address.replace(/\/ui\/operations\/(\w+)\/confirm/, '/ui/operations/run/$1');
    const isDialog = method === 'GET' && address.startsWith('/ui/');
    return find(isDialog ? 'POST' : method, path)?.config.action;
  }

  function find(method: string, address: string): Route | undefined {
    const [path = ''] = address.split('?');
    const key = `${method} ${path}`;
    if (!found.has(key)) found.set(key, compareWithAll(method, path));
    return found.get(key);
  }

  function compareWithAll(method: string, path: string): Route | undefined {
    return routes
      .filter((route) => route.method === method && patternOf(route).test(path))
      .sort((one, other) => one.url.split(':').length - other.url.split(':').length)[0];
  }

  function patternOf({ url }: Route): RegExp {
    const pattern = patterns.get(url) ?? new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`);
    patterns.set(url, pattern);
    return pattern;
  }
}

/** All pages and dialogs that can be reached from the given ones, and the locked controls on them. */
export async function crawl(app: TestApp, headers: Record<string, string>, from: string[]) {
  const open = [...from];
  const addresses: string[] = [];
  const locked: string[] = [];
  for (let address = open.shift(); address; address = open.shift()) {
    if (addresses.includes(address)) continue;
    addresses.push(address);
    const { html } = await app.page(address, headers);
    locked.push(...html.querySelectorAll('[data-locked]').map(String));
    const links = html.querySelectorAll('[hx-target="#dialog"][hx-get]');
    open.push(...links.map((node) => node.getAttribute('hx-get') ?? ''));
  }
  return { addresses, locked };
}

/** Links, buttons that submit a form, and elements that send a request by themselves; templates of scripts are no controls. */
export function controlsOf(html: HTMLElement): Control[] {
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
export function targetOf(form: HTMLElement, button?: HTMLElement) {
  const given = button?.getAttribute('formaction') ? button.getAttribute('formmethod') : null;
  const method = (given ?? form.getAttribute('method')) === 'post' ? ('POST' as const) : ('GET' as const);
  return { method, address: button?.getAttribute('formaction') ?? form.getAttribute('action') ?? '' };
}

/** The buttons that submit a form; Enter in one of its fields presses the first, and submits a form without any. */
export function submittersOf(html: HTMLElement, form: HTMLElement): HTMLElement[] {
  return ownOf(html, form, 'button').filter(
    (button) => !['button', 'reset'].includes(button.getAttribute('type') ?? ''),
  );
}

export function hasTextField(html: HTMLElement, form: HTMLElement): boolean {
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
