// A refused form is shown at the address that it was sent to, where reloading it or switching the theme is a GET.
import type { FastifyInstance } from 'fastify';
import { url } from '../core/url.ts';

/** Leads a GET of a form's address to the page of the form. */
export function leadToPage(app: FastifyInstance, address: string, page: string) {
  app.get(address, { config: { isPage: true } }, (_request, reply) => reply.redirect(url(page), 303));
}
