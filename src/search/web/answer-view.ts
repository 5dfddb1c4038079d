// The view model of an answer: its hits with the reason and score of each, and the kinds and categories to narrow it by.
import { formatMs, formatNumber, plural } from '../../core/format.ts';
import type { SearchAnswer } from '../../index/live-protocol.ts';
import { markWords } from '../../words/snippet.ts';
import { viewHit } from './entry-view.ts';
import { type Form, kindTitles, libraryUrl, modeTitles, titleOfKind, viewFilters } from './library-form.ts';

type Hit = SearchAnswer['hits'][number];

type Facet = { label: string; count: number; href: string; isChosen: boolean };

type Shown = {
  form: Form;
  answer: SearchAnswer;
  nameOf: (code: string) => string;
  /** Whether the embedder compares letters, not meaning. */
  isLexical: boolean;
  builtAt: string | null;
};

/** At most this many candidates are counted by kind and category. */
const counted = 200;
const facetsShown = 12;

export function viewAnswer({ form, answer, nameOf, isLexical, builtAt }: Shown) {
  const { hits, notes, generation, took_ms, mode } = answer;
  const shown = hits.map((hit) => ({
    ...viewHit(hit),
    titleParts: markWords(hit.title, form.q),
    snippetParts: markWords(hit.snippet, form.q),
    category: nameOf(hit.category_code),
    reason: describeReason(hit, isLexical),
  }));
  const strong = shown.filter(({ weak }) => !weak);
  const weak = shown.filter((hit) => hit.weak);
  return {
    strong,
    weak,
    notes,
    count: describeCount(shown.length, strong.length === 0 ? 0 : weak.length),
    advice: hits.length === 0 ? adviseOn(form, nameOf) : null,
    facets: viewFacets(form, answer.facets, nameOf),
    details: { generation, builtAt, took: formatMs(took_ms), mode: modeTitles[mode] },
    problem: null,
  };
}

/** `Words: tar, archive`, `Meaning`, `Words and meaning: tar`. Similar letters say little, so words beside them count alone. */
function describeReason({ because, words }: Hit, isLexical: boolean): string {
  if (because === 'meaning') return isLexical ? 'Similar letters' : 'Meaning';
  const reason = because === 'words' || isLexical ? 'Words' : 'Words and meaning';
  return words.length > 0 ? `${reason}: ${words.join(', ')}` : reason;
}

function describeCount(hits: number, weak: number): string {
  const all = plural(hits, 'hit');
  return weak > 0 ? `${all}, ${formatNumber(weak)} of them weak` : all;
}

/** The next step after a search without hits, and links that take it. */
function adviseOn(form: Form, nameOf: (code: string) => string) {
  const filters = viewFilters(form, nameOf);
  const links = [
    ...(filters.length > 0
      ? [{ label: 'Search all kinds and categories', href: libraryUrl({ ...form, kind: '', category: '' }) }]
      : []),
    ...(form.mode === 'best'
      ? []
      : [{ label: 'Search in the mode Best', href: libraryUrl({ ...form, mode: 'best' }) }]),
  ];
  const within = filters.length > 0 ? ` in ${filters.map(({ label }) => label).join(', ')}` : '';
  return { text: `No entry matches${within}. Try other words.`, links };
}

function viewFacets(
  form: Form,
  { kinds, categories }: SearchAnswer['facets'],
  nameOf: (code: string) => string,
) {
  const ofKinds = toFacets(
    kinds.map(({ kind, count }) => ({ value: kind, label: kindTitles[kind], count })),
    { value: form.kind, label: titleOfKind(form.kind), count: 0 },
    (kind) => libraryUrl({ ...form, kind }),
  );
  const ofCategories = toFacets(
    categories.map(({ code, count }) => ({ value: code, label: nameOf(code), count })),
    { value: form.category, label: nameOf(form.category), count: 0 },
    (category) => libraryUrl({ ...form, category }),
  );
  const matches = Math.max(ofKinds.all, ofCategories.all);
  const scope = matches < counted ? plural(matches, 'match', 'matches') : `the best ${counted} matches`;
  return {
    isShown: matches > 0 || form.kind !== '' || form.category !== '',
    kinds: ofKinds.top,
    categories: ofCategories.top,
    otherCategories: ofCategories.rest,
    scope: matches > 0 ? `Counts are of ${scope}.` : null,
  };
}

type Counted = { value: string; label: string; count: number };

/** Returns facets with the largest counts first, after one for all of them, and the sum of the counts. The chosen one is always
 *  at the top; it links to the search without it. */
function toFacets(values: Counted[], chosen: Counted, linkTo: (value: string) => string) {
  const toFacet = ({ value, label, count }: Counted): Facet => {
    const isChosen = value === chosen.value;
    return { label, count, href: linkTo(isChosen ? '' : value), isChosen };
  };
  const all = values.reduce((sum, { count }) => sum + count, 0);
  const sorted = values.toSorted((a, b) => b.count - a.count).map(toFacet);
  const isAtTop = chosen.value === '' || sorted.slice(0, facetsShown).some(({ isChosen }) => isChosen);
  const each = isAtTop
    ? sorted
    : [
        sorted.find(({ isChosen }) => isChosen) ?? toFacet(chosen),
        ...sorted.filter(({ isChosen }) => !isChosen),
      ];
  const top = [toFacet({ value: '', label: 'All', count: all }), ...each.slice(0, facetsShown)];
  return { all, top, rest: each.slice(facetsShown) };
}
