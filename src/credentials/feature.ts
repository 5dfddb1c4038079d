// Credentials: key files and the embedding service, each with a check.
import type { Feature } from '../web/feature.ts';
import { createCredentialParts } from './parts.ts';
import { credentialsCard } from './web/credentials-card.ts';
import { credentialsPage } from './web/credentials-page.ts';
import { registerCredentialRoutes } from './web/routes.ts';

export const credentials: Feature<ReturnType<typeof createCredentialParts>> = {
  name: 'credentials',
  pages: [credentialsPage],
  create: createCredentialParts,
  lifecycle: ({ tidySecrets, stop }) => ({ recover: tidySecrets, stop }),
  routes: registerCredentialRoutes,
  cards: (ctx) => [credentialsCard(ctx)],
};
