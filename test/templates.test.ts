// Templates have one element per line, are indented, at most 110 columns wide, and contain no hidden logic.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { templateProblems } from './support/template-rules.ts';
import { makeFolder } from './support/folder.ts';

t.test('every template follows the rules', async (t) => {
  t.same(templateProblems(path.join(packageRoot, 'views')), []);
});

t.test('the ids of the layout are in no other template', (t) => {
  const views = path.join(packageRoot, 'views');
  const idsIn = (name: string) =>
    [...fs.readFileSync(path.join(views, name), 'utf8').matchAll(/\bid="([\w-]+)"/g)].map(
      ([, id]) => id ?? '',
    );
  const ids = new Set(idsIn('layout.eta'));
  const others = fs
    .readdirSync(views, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eta') && name !== 'layout.eta');
  t.ok(ids.has('note'));
  t.same(
    others.flatMap((name) => idsIn(name).flatMap((id) => (ids.has(id) ? [`${name}: ${id}`] : []))),
    [],
  );
  t.end();
});

t.test('each broken rule is reported with its line', async (t) => {
  const first = '<% const { name } = it %>';
  const broken = {
    'wide.eta': [`${first}\n<p>${'word '.repeat(22)}</p>`, '2: is wider than 110 columns'],
    'blank.eta': [`${first}\n<p>text</p> `, '2: ends with a blank'],
    'indentation.eta': ['<ul>\n <li>one</li>\n</ul>', '2: is indented by 1, not 2'],
    'code.eta': ['<% if (true) { %>\n<p>text</p>\n<% } %>', '2: is indented by 0, not 2'],
    'attributes.eta': ['<p\nid="one"\n>\n  text\n</p>', '2: is indented by 0, not 2'],
    'elements.eta': ['<ul><li>one</li>\n</ul>', '1: <li> does not begin the line'],
    'ends.eta': ['<ul>\n  <li>one</li></ul>', '2: </ul> is not the only end in the line'],
    'unpacking.eta': ['<p><%= it.name %></p>', '1: reads `it` after the first line'],
    'attribute.eta': ['<p>text</p>\n<p id="<%= it.name %>">text</p>', '2: reads `it` after the first line'],
    'late.eta': [`<p>text</p>\n${first}`, '2: reads `it` after the first line'],
    'choice.eta': [`${first}\n<%= name ? 1 : name === 2 ? 3 : 4 %>`, '2: has a choice within a choice'],
    'address.eta': ['<p>\n  <a href="/jobs">Jobs</a>\n</p>', '2: writes an address without url()'],
    'details.eta': ['<details>\n  <summary>More</summary>\n</details>', '1: <details> has no id'],
    'space.eta': ['<p>\n  See\n  <b>this</b>\n</p>', "2: lacks <%= ' ' %> between two words at its end"],
    'space-dot.eta': [
      '<p>\n  See ·\n  <b>this</b>\n</p>',
      "2: lacks <%= ' ' %> between two words at its end",
    ],
    'space-after.eta': [
      '<p>\n  <b>This</b>\n  is it.\n</p>',
      "2: lacks <%= ' ' %> between two words at its end",
    ],
    'raw.eta': [`${first}\n<%~ name %>`, '2: outputs raw text that is not an include'],
  };
  const folder = makeFolder(
    t,
    Object.fromEntries(Object.entries(broken).map(([name, [text]]) => [name, text ?? ''])),
  );
  t.same(
    templateProblems(folder),
    Object.entries(broken)
      .map(([name, [, problem]]) => `${name}:${problem}`)
      .sort(),
  );
});

t.test('sentences, attributes on several lines, conditions and includes are allowed', async (t) => {
  const fine = `<% const { name, isOpen } = it %>
<% layout('/layout', it) %>
<details
  class="more"
  id="more"
  <% if (isOpen) { %>open<% } %>
>
  <summary>It's <b>one</b> of <code><%= name %></code></summary>
  <% if (isOpen) { %>
    <p>
      Words of
      <%= name ?? 'it' %>.
    </p>
  <% } else { %>
    <%~ include('/time', { name }) %>
  <% } %>
</details>
`;
  t.same(templateProblems(makeFolder(t, { 'fine.eta': fine })), []);
});
