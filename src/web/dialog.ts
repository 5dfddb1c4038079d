// Renders a dialog from one template: a fragment for htmx, a page without it.
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a template as a fragment or as a page. */
    sendDialog(template: string, dialog: Record<string, unknown> & { question: string }): FastifyReply;
    /** Sends the answer to a refused form into its dialog. */
    intoDialog(): FastifyReply;
  }
}

/** `section` is the current tab when a dialog is a page. */
export function registerDialog(app: FastifyInstance, section: string) {
  app.decorateReply('sendDialog', function (template, dialog) {
    if (this.request.headers['hx-request']) {
      return this.view(template, { dialog });
    }
    return this.sendPage({
      template: 'shared/dialog-page',
      title: dialog.question,
      section,
      data: { dialog, template: `/${template}` },
    });
  });
  app.decorateReply('intoDialog', function () {
    return this.header('hx-retarget', '#dialog').header('hx-reswap', 'innerHTML');
  });
}
