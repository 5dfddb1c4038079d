import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { formLimits } from '../../web/upload-form.ts';
import type { CredentialContext } from '../parts.ts';
import { registerCredentialsApi } from './credentials-api.ts';

export async function registerCredentialRoutes(app: FastifyInstance, ctx: CredentialContext) {
  // Only these routes parse multipart forms.
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerCredentialsApi(forms, ctx);
  });
}
