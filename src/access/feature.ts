// Access: tokens, sessions and sign-in. Without any token, everybody on this machine is admin.
import type { Feature } from '../web/feature.ts';
import { refuseExposure } from './exposure.ts';
import { accessRow } from './access-row.ts';
import { nameStep } from './name-step.ts';
import { createAccessParts } from './parts.ts';
import { accessCard } from './web/access-card.ts';
import { accessPage, registerAccessPage } from './web/access-page.ts';
import { registerSignIn, signInPage } from './web/sign-in-page.ts';
import { registerTokenApi } from './web/token-api.ts';
import { registerTokenForms } from './web/token-forms.ts';

export const access: Feature<ReturnType<typeof createAccessParts>> = {
  name: 'access',
  pages: [signInPage, accessPage],
  create: createAccessParts,
  authenticate: ({ authenticate }) => authenticate,
  lifecycle: ({ config, requirement, sessionSweep }) => ({
    recover: () => refuseExposure(config, requirement.hasAdmin()),
    start: sessionSweep.start,
    stop: sessionSweep.stop,
  }),
  routes(app, ctx) {
    registerSignIn(app, ctx);
    registerTokenApi(app, ctx);
    registerAccessPage(app, ctx);
    registerTokenForms(app, ctx);
  },
  cards: (ctx) => [accessCard(ctx)],
  hubRows: (ctx) => [accessRow(ctx)],
  setupSteps: (ctx) => [nameStep(ctx)],
};
