import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { formLimits } from '../../web/upload-form.ts';
import type { SourceContext } from '../parts.ts';
import { registerSheetsApi } from './api.ts';
import { registerImportRoute } from './import-route.ts';
import { registerSourcesPage } from './sources-page.ts';
import { registerUploadPages } from './upload-pages.ts';

export async function registerSourceRoutes(app: FastifyInstance, ctx: SourceContext) {
  registerSourcesPage(app, ctx);
  registerImportRoute(app, ctx);
  // Only these routes parse multipart forms.
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerUploadPages(forms, ctx);
    registerSheetsApi(forms, ctx);
  });
}
