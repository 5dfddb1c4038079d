import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { formLimits } from '../../web/upload-form.ts';
import type { SourceContext } from '../parts.ts';
import { registerSheetsApi } from './api.ts';
import { registerImportRoute } from './import-route.ts';
import { registerSourceForms } from './source-forms.ts';
import { registerSourcePage } from './source-page.ts';
import { registerSourcesApi } from './sources-api.ts';
import { registerSourcesPage } from './sources-page.ts';
import { registerUploadPages } from './upload-pages.ts';

export async function registerSourceRoutes(app: FastifyInstance, ctx: SourceContext) {
  registerSourcesPage(app, ctx);
  registerSourcePage(app, ctx);
  registerSourceForms(app, ctx);
  registerSourcesApi(app, ctx);
  registerImportRoute(app, ctx);
  // Only these routes parse multipart forms.
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerUploadPages(forms, ctx);
    registerSheetsApi(forms, ctx);
  });
}
