// Access: tokens, sessions and sign-in. Without any token, everybody on this machine is admin.
import type { Feature } from '../web/feature.ts';
import { refuseExposure } from './exposure.ts';
import { createAccessParts } from './parts.ts';
import { registerSignIn, signInPage } from './web/sign-in-page.ts';
import { registerTokenApi } from './web/token-api.ts';

export const access: Feature<ReturnType<typeof createAccessParts>> = {
  name: 'access',
  pages: [signInPage],
  create: createAccessParts,
  authenticate: ({ authenticate }) => authenticate,
  lifecycle: ({ config, requirement }) => ({ recover: () => refuseExposure(config, requirement.hasAdmin()) }),
  routes(app, ctx) {
    registerSignIn(app, ctx);
    registerTokenApi(app, ctx);
  },
};
