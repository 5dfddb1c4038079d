// Attacks in Markdown are inert, and large or odd texts end.
import t from 'tap';
import { renderMarkdown } from '../../src/documents/markdown.ts';
import { parse as parseHtml } from 'node-html-parser';

const attacks = [
  '<script>alert(1)</script>',
  'a <img src=x onerror=alert(1)> b',
  '<iframe src="https://evil.example"></iframe>',
  '<style>@import "https://evil.example/a.css"</style>',
  '<svg onload=alert(1)>',
  '<!-- --><script>alert(1)</script>',
  '<div>\n<script>alert(1)</script>\n</div>',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a]( java\tscript:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](javascript&colon;alert(1))',
  '[a](data:text/html;base64,PHNjcmlwdD4=)',
  '[a](vbscript:msgbox)',
  '<javascript:alert(1)>',
  '[a][1]\n\n[1]: javascript:alert(1)',
  '![a](https://evil.example/x.png)',
  '![a][1]\n\n[1]: https://evil.example/x.png',
  '[a](//evil.example)',
  '[a](/\\evil.example)',
  '[a](https://a.example "\\" onmouseover=alert(1) x=\\"")',
  '```"onload=alert(1)\ncode\n```',
  '[a](file:///etc/passwd)',
  '[a](op:backup)',
];

const allowed = new Set(
  [
    'p',
    'a',
    'ul',
    'ol',
    'li',
    'h3',
    'h4',
    'h5',
    'h6',
    'code',
    'pre',
    'em',
    'strong',
    's',
    'br',
    'hr',
    'span',
  ].concat(['blockquote', 'table', 'thead', 'tbody', 'tr', 'th', 'td']),
);
const allowedAttributes = ['href', 'rel', 'title', 'class', 'start'];

for (const hasOperations of [false, true])
  t.test(`attacks are inert ${hasOperations ? 'in a runbook' : 'in a note'}`, (t) => {
    for (const attack of attacks) {
      for (const element of parseHtml(renderMarkdown(attack, { hasOperations })).querySelectorAll('*')) {
        t.ok(allowed.has(element.rawTagName.toLowerCase()), `${attack}: <${element.rawTagName}>`);
        const names = Object.keys(element.attributes);
        t.ok(
          names.every((name) => allowedAttributes.includes(name)),
          `${attack}: ${names}`,
        );
        const href = element.getAttribute('href');
        if (href !== undefined) t.match(href, /^(https?:\/\/|mailto:|#|\/(?![/\\]))/, attack);
      }
    }
    t.end();
  });

t.test('links, headings, tasks and operations', (t) => {
  const html = renderMarkdown(
    '# One\n\n###### Six\n\n- [ ] open\n- [x] done\n- [y] none\n\n[w](https://a.example) [c](/checks)',
  );
  const root = parseHtml(html);
  t.equal(root.querySelector('h3')?.text, 'One', 'the page has its own h1 and h2');
  t.equal(root.querySelector('h6')?.text, 'Six');
  t.strictSame(
    root.querySelectorAll('li').map((item) => [item.text, item.getAttribute('class')]),
    [
      ['☐ open', 'task'],
      ['☑ done', 'task'],
      ['[y] none', undefined],
    ],
  );
  const table = parseHtml(renderMarkdown('a|b|c\n-|-:|:-\n1|2|3'));
  t.strictSame(
    table.querySelectorAll('td').map((cell) => cell.rawAttrs),
    ['', 'class="right"', ''],
  );
  const [web, console_] = root.querySelectorAll('a');
  t.equal(web?.getAttribute('rel'), 'noreferrer noopener');
  t.equal(console_?.getAttribute('href'), '/checks');
  t.equal(console_?.getAttribute('rel'), undefined);
  const step = '- [ ] [Back up](op:backup?include_index=false), then [look](/backups)';
  const runbook = parseHtml(renderMarkdown(step, { hasOperations: true }));
  t.equal(runbook.querySelector('span.operation-name')?.text, 'Back up');
  t.strictSame(
    runbook.querySelectorAll('a').map((link) => link.getAttribute('href')),
    ['/backups'],
  );
  t.match(parseHtml(renderMarkdown(step)).text, '[Back up](op:backup?include_index=false)');
  t.end();
});

t.test('texts of 64 KiB that are slow elsewhere end', (t) => {
  const size = 64 * 1024;
  const units = ['*a', '[', '![', '`a', '> ', '- ', '<a ', '_a ', '|-', '[a](', '\\[', '&#', '~~a', '*a**'];
  for (const unit of units) {
    const startedAt = performance.now();
    t.type(renderMarkdown(unit.repeat(size / unit.length)), 'string');
    t.comment(`${JSON.stringify(unit)}: ${Math.round(performance.now() - startedAt)} ms`);
  }
  const nested = Array.from({ length: 350 }, (_, at) => `${' '.repeat(at)}- a`).join('\n');
  t.type(renderMarkdown(nested.slice(0, size)), 'string');
  t.end();
});
