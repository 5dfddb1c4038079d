import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { formLimits } from '../../web/upload-form.ts';
import type { SourceContext } from '../parts.ts';
import { registerSheetsApi } from './api.ts';

/** Only these routes parse multipart forms. */
export async function registerSourceRoutes(app: FastifyInstance, ctx: SourceContext) {
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerSheetsApi(forms, ctx);
  });
}
