// Loads the scripts of the page, and the styles of its dialogs, after its first paint: on a slow line they would take the time
// of the style sheet. This module runs when the text of the page is complete and its style sheet is there.
const { scripts, modules, styles } = document.getElementById('start').dataset;
const addressOf = (name) => new URL(name, import.meta.url).href;

document.addEventListener('DOMContentLoaded', load, { once: true });

/** The event `load` of the page waits for them. */
function load() {
  const elements = scripts.split(' ').map(newScript);
  const last = elements.at(-1);
  for (const name of ['load', 'error']) last.addEventListener(name, startHtmx);
  if (styles) document.head.append(newLink('stylesheet', styles));
  const preloads = modules.split(' ').map((name) => newLink('modulepreload', name));
  document.head.append(...elements, ...preloads);
}

/** They run in this order; those of other libraries are no modules. */
function newScript(name) {
  const type = name.startsWith('vendor/') ? '' : 'module';
  return Object.assign(document.createElement('script'), { src: addressOf(name), type, async: false });
}

function newLink(rel, name) {
  return Object.assign(document.createElement('link'), { rel, href: addressOf(name) });
}

/** It waits for this event, which was over when it was loaded. */
function startHtmx() {
  document.dispatchEvent(new Event('DOMContentLoaded'));
}
