import os from 'node:os';
import t from 'tap';
import { createCaches } from '../../src/core/cache.ts';
import { closeDirections, isDirected } from '../../src/web/bidi.ts';
import { showLocalTimes } from '../../src/web/local-times.ts';
import { collapse, createViews } from '../../src/web/views.ts';
import { makeFolder } from '../support/folder.ts';

const indented = (...lines: string[]) => `${lines.join('\n')}\n`;

t.test('a line break with its indentation is removed beside a tag, an include or code', async (t) => {
  t.equal(
    collapse(indented('<ul>', '  <li>one</li>', '  <li>two</li>', '</ul>')),
    '<ul><li>one</li><li>two</li></ul>',
  );
  t.equal(collapse(indented('<p>', '  text', '</p>')), '<p>text</p>');
  t.equal(
    collapse(indented('<% if (a) { %>', '  <b>x</b>', '  y', '<% } %>', '<%~ include("z") %>', 'end')),
    '<% if (a) { %><b>x</b>y<% } %><%~ include("z") %>end',
  );
});

t.test('a line break is one space between words and values', async (t) => {
  t.equal(collapse(indented('one', '  two', '', '  three')), 'one two three');
  t.equal(collapse(indented('<%= one %>', '<%= two %>', 'three')), '<%= one %> <%= two %> three');
  t.equal(collapse(indented('<p>', '  <%= one %>', '</p>')), '<p><%= one %></p>');
});

t.test('blanks within a line are kept, and a space at its end can be written', async (t) => {
  t.equal(collapse('<b>one</b> <i>two</i>  three'), '<b>one</b> <i>two</i>  three');
  t.equal(collapse(indented("since<%= ' ' %>", '<b>one</b>')), 'since <b>one</b>');
  t.equal(collapse(indented('<b>one</b>', "<%= ' ' %>two")), '<b>one</b> two');
});

t.test('a line break in a tag or an attribute value is one space', async (t) => {
  t.equal(
    collapse(indented('<a', '  href="/x"', '  title="one', '    two > three"', '>', '  x', '</a>')),
    '<a href="/x" title="one two > three">x</a>',
  );
  t.equal(
    collapse(indented('<input', '  name="a"', '  <% if (b > c) { %>checked<% } %>', '>')),
    '<input name="a" <% if (b > c) { %>checked<% } %>>',
  );
  t.equal(collapse(indented('<path', '  d="M0 0"', '/>')), '<path d="M0 0"/>');
});

t.test('the content of pre and textarea, and code, are kept', async (t) => {
  const pre = '<pre>\n  one\n    two\n</pre>';
  t.equal(collapse(`<div>\n  ${pre}\n</div>`), `<div>${pre}</div>`);
  t.equal(collapse('<textarea\n  id="a"\n>\n one</textarea>'), '<textarea id="a">\n one</textarea>');
  t.equal(collapse('<%\nconst a = `x\n  y`\n%>\n<p></p>'), '<%\nconst a = `x\n  y`\n%><p></p>');
});

t.test('templates and their includes are rendered without indentation', async (t) => {
  const folder = makeFolder(t, {
    'page.eta': indented(
      '<% const { names } = it %>',
      '<ul>',
      '  <% for (const name of names) { %>',
      '    <li><%~ include("/row", { name }) %></li>',
      '  <% } %>',
      '</ul>',
    ),
    'row.eta': indented('<% const { name } = it %>', '<b><%= name %></b>'),
  });
  const names = ['one', '<two>'];
  t.equal(
    createViews(
      folder,
      {},
      createCaches(() => new Date()),
    ).render('page', { names }),
    '<ul><li><b>one</b></li><li><b>&lt;two&gt;</b></li></ul>',
  );
});

t.test('a value keeps its writing direction to itself', async (t) => {
  const folder = makeFolder(t, {
    'page.eta': indented(
      '<% const { title, parts } = it %>',
      '<title><%= title %> · CHL</title>',
      '<h1 title="<%= title %>"><%= title %>, <%= parts.length %></h1>',
      '<% for (const { isHit, text } of parts) { %>',
      '  <% if (isHit) { %><mark><%= text %></mark><% } else { %><%= text %><% } %>',
      '<% } %>',
      '<option value="<%= title %>"><%= title %></option>',
      '<textarea name="reason"><%= title %></textarea>',
    ),
  });
  const render = (title: string, parts: { isHit: boolean; text: string }[] = []) =>
    createViews(
      folder,
      {},
      createCaches(() => new Date()),
    ).render('page', { title, parts });
  t.equal(
    render('a < b'),
    '<title>a &lt; b · CHL</title><h1 title="a &lt; b">a &lt; b, 0</h1>' +
      '<option value="a &lt; b">a &lt; b</option><textarea name="reason">a &lt; b</textarea>',
    'a text from left to right is only escaped',
  );
  const title = 'a\u202E<b>';
  const closed = 'a\u202E&lt;b>\u202C';
  t.equal(
    render(title, [
      { isHit: true, text: '\u05d0' },
      { isHit: false, text: '\u2069\u202Ex' },
    ]).replaceAll('&gt;', '>'),
    `<title>${closed} · CHL</title><h1 title="a\u202E&lt;b>"><bdi>${closed}</bdi>, 2</h1>` +
      '<mark><bdi>\u05d0</bdi></mark><bdi>\u202Ex\u202C</bdi>' +
      `<option value="a\u202E&lt;b>">${closed}</option><textarea name="reason">a\u202E&lt;b></textarea>`,
  );
});

t.test('directions are closed in their order, and ends without a beginning left out', async (t) => {
  const cases: [string, string][] = [
    ['plain', 'plain'],
    ['\u202Ex', '\u202Ex\u202C'],
    ['\u202Ex\u202C y', '\u202Ex\u202C y'],
    ['\u2067\u202Ex', '\u2067\u202Ex\u202C\u2069'],
    ['\u2066\u202Ax\u2069y', '\u2066\u202Ax\u202C\u2069y'],
    ['\u2069\u202Cx\u2069', 'x'],
    ['\u2068\u202Cx', '\u2068x\u2069'],
  ];
  for (const [text, closed] of cases) t.equal(closeDirections(text), closed, JSON.stringify(text));
  for (const text of ['\u05d0', '\u0645', '\u200F', '\u202E', '\u{1E900}']) t.ok(isDirected(text));
  for (const text of ['', 'abc', 'é', '日本', '😀']) t.notOk(isDirected(text));
});

t.test('times are local in what people read, not in what a form sends', async (t) => {
  const text = 'Backup of 2026-11-28 14:08 UTC';
  const shown = showLocalTimes(text);
  t.match(shown, /^Backup of 28 Nov 2026, \d\d:\d8$/);
  const folder = makeFolder(t, {
    'one.eta': `<b title="<%= it.text %>"><%= it.text %></b><select><option value="<%= it.text %>"><%= it.text %></option></select>`,
  });
  t.equal(
    createViews(
      folder,
      {},
      createCaches(() => new Date()),
    ).render('one', { text }),
    `<b title="${shown}">${shown}</b><select><option value="${text}">${shown}</option></select>`,
  );
});

t.test(
  '~ stands for the home folder in what people read, not in what a form sends or a link asks for',
  async (t) => {
    const home = os.homedir();
    if (home === '/') return;
    const folder = makeFolder(t, {
      'one.eta': `<a title="<%= it.p %>" href="<%= it.p %>" data-p="<%= it.p %>"><%= it.p %></a>
<input value="<%= it.p %>" placeholder="In <%= it.p %>">
<textarea><%= it.p %></textarea><pre><%= it.p %></pre><pre><%~ exact(it.p) %></pre>
<select><option value="<%= it.p %>"><%= it.p %></option></select>`,
    });
    const p = `${home}/a`;
    t.equal(
      createViews(
        folder,
        {},
        createCaches(() => new Date()),
      ).render('one', { p }),
      `<a title="~/a" href="${p}" data-p="${p}">~/a</a><input value="${p}" placeholder="In ~/a">` +
        `<textarea>${p}</textarea><pre>~/a</pre><pre>${p}</pre><select><option value="${p}">~/a</option></select>`,
    );
  },
);
