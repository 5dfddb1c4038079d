// Credentials: key files and the embedding service, each with a check.
import type { Feature } from '../web/feature.ts';
import { credentialChecks } from './credential-check.ts';
import { credentialsRow, embedderRow, embedderStep, keyStep } from './hub-rows.ts';
import { createCredentialParts } from './parts.ts';
import { credentialsCard } from './web/credentials-card.ts';
import { credentialsPage } from './web/credentials-page.ts';
import { embedderCard } from './web/embedder-card.ts';
import { embedderPage } from './web/embedder-page.ts';
import { registerCredentialRoutes } from './web/routes.ts';

export const credentials: Feature<ReturnType<typeof createCredentialParts>> = {
  name: 'credentials',
  pages: [credentialsPage, embedderPage],
  create: createCredentialParts,
  lifecycle: ({ tidySecrets, embedderWatch, abortChecks }) => ({
    recover: tidySecrets,
    start: embedderWatch.start,
    stop() {
      embedderWatch.stop();
      abortChecks();
    },
  }),
  routes: registerCredentialRoutes,
  cards: (ctx) => [credentialsCard(ctx), embedderCard(ctx)],
  checks: credentialChecks,
  hubRows: (ctx) => [credentialsRow(ctx), embedderRow(ctx)],
  setupSteps: (ctx) => [embedderStep(ctx), keyStep(ctx)],
};
