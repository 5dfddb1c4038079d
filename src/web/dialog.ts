// A dialog is a fragment for htmx and a page without it: the same template.
import type { FastifyInstance } from 'fastify';
import { templateFormat } from './template-format.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Shows a template, as a fragment or as a page. */
    sendDialog(template: string, dialog: Record<string, unknown> & { question: string }): FastifyReply;
    /** For a form that was refused: the answer goes into the dialog that sent it. */
    intoDialog(): FastifyReply;
  }
}

/** `section` is the tab under which dialogs are shown as pages. */
export function registerDialog(app: FastifyInstance, section: string) {
  app.decorateReply('sendDialog', function (template, dialog) {
    if (this.request.headers['hx-request']) {
      return this.view(template, { dialog, w: templateFormat });
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
