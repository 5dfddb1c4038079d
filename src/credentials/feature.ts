// Credentials: key files and the embedding service, each with a check.
import type { Feature } from '../web/feature.ts';
import { createCredentialParts } from './parts.ts';
import { registerCredentialRoutes } from './web/routes.ts';

export const credentials: Feature<ReturnType<typeof createCredentialParts>> = {
  name: 'credentials',
  create: createCredentialParts,
  lifecycle: ({ tidySecrets, stop }) => ({ recover: tidySecrets, stop }),
  routes: registerCredentialRoutes,
};
