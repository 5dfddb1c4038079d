// Every class of a template has a style, and every style is used.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';

type Page = { css: string; templates: string; scripts: string };

/** Problems such as `.mt has a style and is used nowhere`. */
function styleProblems({ css, templates, scripts }: Page): string[] {
  const styled = findAll(css.replace(/\/\*[\s\S]*?\*\//g, ''), /\.([a-z][\w-]*)(?=[^{}]*\{)/g);
  // A class that code chooses is not known here.
  const named = findAll(templates.replace(/<%[\s\S]*?%>/g, '%'), /class="([^"]*)"/g)
    .flatMap((names) => names.split(/\s+/))
    .filter((name) => name !== '' && !name.includes('%'));
  const words = new Set((templates + scripts).match(/[\w-]+/g));
  return [
    ...[...new Set(named)].filter((name) => !styled.includes(name)).map((name) => `.${name} has no style`),
    ...[...new Set(styled)]
      .filter((name) => !words.has(name))
      .map((name) => `.${name} has a style and is used nowhere`),
  ];
}

const findAll = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, found]) => found ?? '');

/** The text of all files with the ending. */
function readAll(folder: string, ending: string): string {
  return fs
    .readdirSync(path.join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => fs.readFileSync(path.join(packageRoot, folder, name), 'utf8'))
    .join('\n');
}

t.test('every class has a style, and every style is used', async (t) => {
  const scripts = readAll('public/js', '.js') + readAll('src', '.ts');
  const problems = styleProblems({
    css: readAll('public/css', '.css'),
    templates: readAll('views', '.eta'),
    scripts,
  });
  t.same(problems, []);
});

t.test('a class without a style and an unused style are reported', async (t) => {
  const css = '.card > .end { gap: 1px } /* .gone {} */ .is-on, .old { gap: 1.5rem }';
  const templates = '<p class="card <%= tone %>txt end sm"></p>';
  t.same(styleProblems({ css, templates, scripts: "toggle('is-on')" }), [
    '.sm has no style',
    '.old has a style and is used nowhere',
  ]);
});

const lightPages = ['dashboard/dashboard-page', 'jobs/list-page'];

/** The templates that the pages with `isLight` render, with all that they include. Cards are included by their declared name. */
function lightTemplates(): string[] {
  const cards = [
    'dashboard/banners-card',
    'dashboard/figures-card',
    'dashboard/outlook-card',
    'jobs/jobs-card',
  ];
  const others = [
    'operations/controls-card',
    'workers/workers-card',
    'queue/queue-card',
    'snapshots/index-card',
  ];
  const parts = ['layout', 'shared/everywhere', 'shared/nav', 'shared/unavailable', 'jobs/job-list'];
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    for (const [, included = ''] of readTemplate(name).matchAll(/include\('\/([^']+)'/g)) visit(included);
  };
  for (const name of [...lightPages, ...cards, ...others, ...parts, 'maintenance/maintenance-card'])
    visit(name);
  return [...found];
}

const readTemplate = (name: string) =>
  fs.readFileSync(path.join(packageRoot, 'views', `${name}.eta`.replace(/^\//, '')), 'utf8');

t.test('the style sheet of the first paint has every style of the pages that need no other', async (t) => {
  const read = (file: string) => fs.readFileSync(path.join(packageRoot, 'public/css', file), 'utf8');
  const sheets = findAll(read('more.css'), /@import "([^"]+)"/g);
  const templates = lightTemplates();
  t.ok(templates.length > 50, `${templates.length} templates`);
  const named = findAll(templates.map(readTemplate).join('\n'), /\b(?:class|id)="((?:<%[\s\S]*?%>|[^"])*)"/g);
  const words = new Set([
    ...named.flatMap((text) => text.match(/[\w-]+/g) ?? []),
    'ok',
    'warn',
    'bad',
    'hold',
    'idle',
  ]);
  for (const sheet of sheets) {
    const selectors = findAll(read(sheet).replace(/\/\*[\s\S]*?\*\//g, ''), /([^{};]+)\{/g)
      .filter((selector) => !selector.trim().startsWith('@'))
      .flatMap((selector) => selector.split(/,(?![^(]*\))/));
    const isOfThem = (selector: string) => {
      const names = findAll(selector, /[.#]([a-z][\w-]*)/g);
      return names.length > 0 && names.every((name) => words.has(name)) && !elsewhere.test(selector);
    };
    t.same(selectors.filter(isOfThem), [], sheet);
  }
});

/** A dialog, which is closed at first; names that mean something else on these pages; and a style for paper. */
const elsewhere = /\.dlg|\.swatch\.|\.axes \.level|\[data-of=|\.page-head \.btn-row/;
