import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { formLimits } from '../../web/upload-form.ts';
import type { SettingContext } from '../parts.ts';
import { registerImportPage } from './import-page.ts';
import { registerLimitsPage } from './limits-page.ts';
import { registerSettingsApi, registerSettingsFileApi } from './settings-api.ts';
import { registerValuesPage } from './values-page.ts';

export async function registerSettingRoutes(app: FastifyInstance, ctx: SettingContext) {
  registerSettingsApi(app, ctx);
  registerSettingsFileApi(app, ctx);
  registerValuesPage(app, ctx);
  registerLimitsPage(app, ctx);
  // Only these routes parse multipart forms.
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerImportPage(forms, ctx);
  });
}
