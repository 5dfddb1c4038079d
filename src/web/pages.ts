// Finds the page of an address, and its cards.
import type { OpenCard, Cards } from './cards.ts';
import type { Page } from './feature.ts';

export type Pages = ReturnType<typeof createPages>;

export function createPages(declared: Page[], cards: Cards) {
  const matchers = declared.map((page) => ({ page, pattern: patternOf(page.path) }));
  return {
    declared,

    /** The names of the cards on the page of a path, and on every page. */
    topicsOf(path: string | undefined): string[] {
      const page = declared.find((one) => one.path === path);
      return [...(page?.cards ?? []), ...cards.everywhere.map(({ name }) => name)];
    },

    /** The page of an address (a full URL, as browsers send it), with its open cards; null for any other address. */
    at(url: string): { reloads: boolean; cards: OpenCard[] } | null {
      if (!URL.canParse(url)) return null;
      const { pathname } = new URL(url);
      for (const { page, pattern } of matchers) {
        const match = pattern.exec(pathname);
        if (!match) continue;
        const topics = page.cards.flatMap((name) => [cards.find(name), cards.find(`${name}-${match[1]}`)]);
        const own = topics.filter((card) => card !== null);
        return { reloads: page.reloads === true, cards: [...own, ...cards.everywhere] };
      }
      return null;
    },
  };
}

/** Returns a function that replaces the address of a page by that of its API; it keeps the query and any other address. */
export function createApiAddress(declared: Page[]): (target: string) => string {
  const pairs = declared.flatMap(({ path, api }) => (api ? [{ pattern: patternOf(path), api }] : []));
  return (target) => {
    const [path = '', ...query] = target.split('?');
    for (const { pattern, api } of pairs) {
      const match = pattern.exec(path);
      const named = match?.slice(1);
      if (named) return [api.replace(/:\w+/g, () => named.shift() ?? ''), ...query].join('?');
    }
    return target;
  };
}

/** `/jobs/:number` matches numbers; any other parameter one segment. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(':number', '(\\d+)').replace(/:\w+/g, '([^/]+)')}/?$`);
}
