// The tabs of the navigation. The badge of a tab is a card, so it is live on every page.
import type { FastifyInstance } from 'fastify';
import type { Cache } from '../core/cache.ts';
import { url } from '../core/url.ts';
import type { SharedCard } from './card.ts';
import type { Mounted, NavBadge, NavItem } from './feature.ts';

export type Tab = NavItem & { badge: SharedCard | null };

/** The tabs in their order. */
export function createNav(mounted: Mounted[]): Tab[] {
  return mounted
    .flatMap(({ feature, ctx }) => {
      if (!feature.nav) return [];
      const badge = feature.navBadge?.(ctx);
      return [{ ...feature.nav, badge: badge ? badgeCard(feature.name, badge, ctx) : null }];
    })
    .sort((one, other) => one.position - other.position);
}

/** Returns a function that renders the tabs for a page of the tab `section`. Every page has them, so their HTML is kept. */
export function createNavRenderer(app: FastifyInstance, nav: Tab[], rendered: Cache<string>) {
  const topics = nav.flatMap(({ badge }) => badge?.name ?? []).join(',');

  return async (section: string | undefined): Promise<string> => {
    const badges = await Promise.all(nav.map(({ badge }) => badge?.load()));
    const state = `tabs ${[section, ...badges.map((badge) => badge?.count)].join()}`;
    const known = rendered.get(state);
    if (known !== undefined) return known;
    const tabs = nav.map(({ label, key, href, badge }, at) => ({
      label,
      key,
      href: url(href),
      isCurrent: href === section,
      badge: badge && { topic: badge.name, data: { ...badges[at], card: badge } },
    }));
    const html: string = await app.view('shared/nav', { tabs, topics });
    rendered.set(state, html);
    return html;
  };
}

/** A number that cannot be read is not shown: it must not take the page with it. */
function badgeCard(feature: string, badge: NavBadge, { bus, log }: Mounted['ctx']): SharedCard {
  const { tone, describe, dirtyOn } = badge;
  const countNow = async () => badge.count();
  // Every page has the number, which seldom changes.
  let known: Promise<number> | null = null;
  for (const event of dirtyOn)
    bus.on(event, () => {
      known = null;
    });
  return {
    name: `nav-${feature}`,
    template: 'shared/nav-badge',
    host: `nav-${feature}`,
    path: `/ui/nav/${feature}`,
    dirtyOn,
    async load() {
      known ??= countNow();
      const count = await known.catch((error) => {
        log.error({ err: error }, 'the number of a tab could not be read');
        known = null;
        return 0;
      });
      return { tone, icon: tone === 'bad' ? 'cross' : 'tri', count, words: describe(count) };
    },
  };
}
