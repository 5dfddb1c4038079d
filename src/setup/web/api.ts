import type { FastifyInstance } from 'fastify';
import { integerSchema, objectSchema, refusals, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { hubBody, hubRowSchema } from '../../web/hub.ts';
import { identityOf } from '../../web/identify.ts';
import type { SetupContext } from '../parts.ts';

const stepSchema = objectSchema({
  title: textSchema,
  text: textSchema,
  href: textSchema,
  is_done: { type: ['boolean', 'null'], description: 'Null when it could not be checked.' },
});

const schema = {
  summary: 'The setup checklist, and the areas of settings.',
  response: {
    200: objectSchema({
      done: integerSchema,
      total: integerSchema,
      steps: { type: 'array', items: stepSchema },
      items: { type: 'array', items: hubRowSchema },
    }),
    ...refusals,
  },
};

export function registerSetupApi(app: FastifyInstance, ctx: SetupContext) {
  app.get('/api/v1/setup', { schema }, async (request) => {
    const ticked = await ctx.checklist.read();
    return {
      done: ticked.filter(({ isDone }) => isDone).length,
      total: ticked.length,
      steps: ticked.map(({ step: { title, text, href }, isDone }) => ({
        title,
        text,
        href: url(href),
        is_done: isDone,
      })),
      items: await hubBody(ctx, 'settings', identityOf(request).role),
    };
  });
}
