import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { SnapshotContext } from '../parts.ts';
import { registerSnapshotApi } from './api.ts';
import { registerSnapshotPages } from './pages.ts';
import { formLimits } from './upload-form.ts';

/** Only these routes parse multipart forms. */
export async function registerSnapshotRoutes(app: FastifyInstance, ctx: SnapshotContext) {
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerSnapshotPages(forms, ctx);
    registerSnapshotApi(forms, ctx);
  });
}
