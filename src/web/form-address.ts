// A refused form is shown at the address that it was sent to. There a reload, or a change of the theme, is a GET, which leads to
// the page of the form.
import type { FastifyInstance } from 'fastify';
import { patternOf } from './route-pattern.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The path of the page with the form that is sent here; its parameters are those of this route. Required unless a GET of
     *  the address has an answer. */
    page?: string;
  }
  interface FastifyInstance {
    /** The path of the page whose form is sent to `path`; null for any other path. */
    pageOfForm(path: string): string | null;
  }
}

/** Must be called before the first route. The returned function, for after the last route, throws for a form without a page, so
 *  that the server does not start. */
export function collectForms(app: FastifyInstance): () => void {
  const forms: { pattern: RegExp; page: string }[] = [];
  const without: string[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method !== 'POST' || url.startsWith('/api/')) return;
    if (config?.page) forms.push({ pattern: patternOf(url), page: config.page });
    else without.push(url);
  });
  app.decorate('pageOfForm', (path) => {
    for (const { pattern, page } of forms) {
      const match = pattern.exec(path);
      if (match) return page.replace(/:(\w+)/g, (_, name: string) => match.groups?.[name] ?? '');
    }
    return null;
  });
  return () => {
    const lost = without.find((url) => !app.hasRoute({ method: 'GET', url }));
    if (lost === undefined) return;
    throw new Error(
      `The form of POST ${lost} is on no page: declare \`config.page\`, or a GET of its address.`,
    );
  };
}
