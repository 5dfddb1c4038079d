import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { formLimits } from '../../web/upload-form.ts';
import type { CredentialContext } from '../parts.ts';
import { registerCredentialActions } from './credential-actions.ts';
import { registerCredentialForms } from './credential-forms.ts';
import { registerCredentialsApi, registerKeyApi } from './credentials-api.ts';
import { registerCredentialsPage } from './credentials-page.ts';
import { registerEmbedderApi } from './embedder-api.ts';
import { registerEmbedderPage } from './embedder-page.ts';

export async function registerCredentialRoutes(app: FastifyInstance, ctx: CredentialContext) {
  registerCredentialsPage(app, ctx);
  registerCredentialActions(app, ctx);
  registerCredentialsApi(app, ctx);
  registerEmbedderPage(app, ctx);
  registerEmbedderApi(app, ctx);
  // Only these routes parse multipart forms.
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerKeyApi(forms, ctx);
    registerCredentialForms(forms, ctx);
  });
}
