// Leads back after a sign-in or a form of preferences: to a page of this site, and nowhere else.
import type { FastifyInstance } from 'fastify';
import { patternOf } from './route-pattern.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** `back`, a path with its query as a form or an address has sent it, if it is a page; else the home page. */
    landing(back: string): string;
  }
}

/** Must be called before the first route. */
export function registerLanding(app: FastifyInstance, home: string) {
  const pages: RegExp[] = [];
  /** Answers for programs and parts of pages; some of their paths match those of pages, too. */
  const others: RegExp[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    if ([method].flat().includes('GET')) (config?.isPage ? pages : others).push(patternOf(url));
  });
  app.decorate('landing', (back) => {
    const url = readLocal(back);
    const isAmong = (patterns: RegExp[]) => url !== null && patterns.some((one) => one.test(url.pathname));
    return url && isAmong(pages) && !isAmong(others) ? url.pathname + url.search : home;
  });
}

/** Null for an address of another site: browsers drop tabs and line ends from an address, and `//` leads to another site, also
 *  where it is left of `/..//`. */
function readLocal(back: string): URL | null {
  const here = 'http://here';
  if (!back.startsWith('/') || !URL.canParse(back, here)) return null;
  const url = new URL(back, here);
  return url.origin === here && !url.pathname.startsWith('//') ? url : null;
}
