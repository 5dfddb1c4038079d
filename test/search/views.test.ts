// The view models of the library pages, without a server.
import t from 'tap';
import type { SearchAnswer } from '../../src/index/live-protocol.ts';
import { viewAnswer } from '../../src/search/web/answer-view.ts';
import { areRendered, viewText } from '../../src/search/web/entry-text.ts';
import { readForm } from '../../src/search/web/library-form.ts';

type Hit = SearchAnswer['hits'][number];

function hit(given: Partial<Hit> = {}): Hit {
  const texts = { title: 'Pack files', snippet: 'Create a tar archive' };
  const found = { score: 0.5, because: 'meaning' as const, words: [], weak: false };
  return { entity_id: 'E1', kind: 'experience', category_code: 'GEN', ...texts, ...found, ...given };
}

function view(
  { hits = [hit()], ...given }: Partial<SearchAnswer> = {},
  {
    isLexical = false,
    ...query
  }: { isLexical?: boolean; kind?: string; category?: string; mode?: string } = {},
) {
  const facets = { kinds: [], categories: [] };
  const answer: SearchAnswer = {
    hits,
    facets,
    mode: 'best',
    notes: [],
    generation: 'gen-1',
    took_ms: 3,
    ...given,
  };
  const nameOf = (code: string) => ({ GEN: 'General' })[code] ?? code;
  return viewAnswer({ form: readForm({ q: 'tar', ...query }), answer, nameOf, isLexical, builtAt: null });
}

t.test('Markdown is rendered, and a command or plain lines stay as they were written', (t) => {
  for (const [name, text] of [
    ['heading', '# am\n\n> Android activity manager.'],
    ['heading of another system', '# am\r\n\r\nText'],
    ['code block', 'Run\n```\nls\n```'],
    ['list', 'First:\n- one\n- two'],
    ['steps', '1. stop\n2. start'],
  ] as const)
    t.strictSame(areRendered(text, 'a `note`'), { body: true, note: true }, name);
  for (const [name, text] of [
    ['command', 'rm *.tmp *_old_* `cat list`'],
    ['comment', '# list all\nls -a'],
    ['option', '- one dash'],
    ['lines', 'one\ntwo'],
    ['empty', ''],
  ] as const)
    t.strictSame(areRendered(text, 'a `note`'), { body: false, note: false }, name);
  t.strictSame(areRendered('- one\n- two', 'plain\nlines'), { body: true, note: false }, 'lines are kept');
  t.strictSame(areRendered('ls', '- one\n- two'), { body: false, note: true });
  t.equal(viewText('- one', true).html, '<ul>\n<li>one</li>\n</ul>\n');
  t.equal(viewText('- one', false).html, null);
  t.end();
});

t.test('a long text is not rendered, and a very long one is cut with its length', (t) => {
  t.strictSame(areRendered(`# Title\n\n${'word '.repeat(4000)}`, null), { body: false, note: false });
  const { text, cut } = viewText(`${'a'.repeat(199_999)}🙂${'b'.repeat(100_000)}`, false);
  t.equal(text, 'a'.repeat(199_999), 'a character is not split');
  t.match(cut, /^The first 200,000 of 300,001 characters\./);
  t.end();
});

t.test('a hit names its reason, its category and a score that fits its bar', (t) => {
  const hits = [
    hit({ because: 'words', words: ['tar', 'archive'] }),
    hit({ because: 'both', words: ['tar'] }),
    hit(),
    hit({ score: -0.2 }),
    hit({ score: 1 }),
  ];
  const shown = view({ hits }).strong;
  t.strictSame(
    shown.map(({ reason }) => reason),
    ['Words: tar, archive', 'Words and meaning: tar', 'Meaning', 'Meaning', 'Meaning'],
  );
  t.strictSame(shown.map(({ score, width }) => [score, width]).slice(2), [
    ['0.50', '50%'],
    ['-0.20', '0%'],
    ['1.00', '100%'],
  ]);
  t.equal(shown[0]?.category, 'General');
  t.strictSame(
    view({ hits }, { isLexical: true })
      .strong.map(({ reason }) => reason)
      .slice(1, 3),
    ['Words: tar', 'Similar letters'],
    'the built-in embedder compares no meaning',
  );
  t.end();
});

t.test('weak hits stand apart and are counted', (t) => {
  const mixed = view({ hits: [hit(), hit({ entity_id: 'E2', weak: true })] });
  t.strictSame(
    [mixed.strong, mixed.weak].map((hits) => hits.map(({ entity_id }) => entity_id)),
    [['E1'], ['E2']],
  );
  t.equal(mixed.count, '2 hits, 1 of them weak');
  t.equal(view({ hits: [hit({ weak: true })] }).count, '1 hit', 'their heading says that all are weak');
  t.end();
});

t.test('facets keep the search, order by count, fold the rest and keep the chosen one at the top', (t) => {
  const categories = Array.from({ length: 15 }, (_, i) => ({ code: `C${i}`, count: i + 1 }));
  const facets = { kinds: [{ kind: 'manual' as const, count: 120 }], categories };
  const {
    kinds,
    categories: top,
    otherCategories,
    scope,
  } = view({ facets }, { mode: 'words', category: 'C0' }).facets;
  t.strictSame(kinds, [
    { label: 'All', count: 120, href: '/library?q=tar&mode=words&category=C0', isChosen: true },
    {
      label: 'Manuals',
      count: 120,
      href: '/library?q=tar&mode=words&kind=manual&category=C0',
      isChosen: false,
    },
  ]);
  t.strictSame(
    top.slice(0, 3).map(({ label, count, isChosen }) => [label, count, isChosen]),
    [
      ['All', 120, false],
      ['C0', 1, true],
      ['C14', 15, false],
    ],
  );
  t.equal(top[1]?.href, '/library?q=tar&mode=words', 'the chosen one is removed by its link');
  t.equal(top.length, 13, 'twelve, and one for all');
  t.equal(otherCategories.length, 3);
  t.equal(scope, 'Counts are of 120 matches.');
  const many = { kinds: [{ kind: 'manual' as const, count: 200 }], categories: [] };
  t.equal(view({ facets: many }).facets.scope, 'Counts are of the best 200 matches.');
  const chosen = view({ facets: many }, { category: 'GONE' }).facets.categories;
  t.strictSame(chosen.at(-1), { label: 'GONE', count: 0, href: '/library?q=tar', isChosen: true });
  t.end();
});

t.test('nothing found names the next step for each filter and mode', (t) => {
  t.strictSame(view({ hits: [] }).advice, { text: 'No entry matches. Try other words.', links: [] });
  t.equal(view({ hits: [] }).facets.isShown, false);
  t.equal(view({ hits: [] }).facets.scope, null);
  t.strictSame(view({ hits: [] }, { kind: 'manual', category: 'GEN', mode: 'words' }).advice, {
    text: 'No entry matches in Manuals, General. Try other words.',
    links: [
      { label: 'Search all kinds and categories', href: '/library?q=tar&mode=words' },
      { label: 'Search in the mode Best', href: '/library?q=tar&kind=manual&category=GEN' },
    ],
  });
  t.end();
});
