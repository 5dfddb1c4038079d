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
  const scripts = readAll('public', '.js') + readAll('src', '.ts');
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
