import t from 'tap';
import { collapse, createViews } from '../../src/web/views.ts';

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
  const folder = t.testdir({
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
    createViews(folder).render('page', { names }),
    '<ul><li><b>one</b></li><li><b>&lt;two&gt;</b></li></ul>',
  );
});
