// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { createAttempts } from './attempts.ts';
import { createAuthenticate } from './authenticate.ts';
import { environmentToken } from './environment-token.ts';
import { createRequirement } from './requirement.ts';
import { limitsAt } from './session-limits.ts';
import { createSessionRepository } from './session-repository.ts';
import { createSignIn } from './sign-in.ts';
import { createTokenRepository } from './token-repository.ts';
import { createTokens } from './tokens.ts';
import { createUses } from './uses.ts';

const sweepMs = 3_600_000;

export type AccessContext = Kernel & ReturnType<typeof createAccessParts>;

export function createAccessParts(ctx: Context) {
  const tokenRepository = createTokenRepository(ctx.ops);
  const sessionRepository = createSessionRepository(ctx.ops);
  const attempts = createAttempts(ctx.now);
  const environment = environmentToken(ctx.config);
  const requirement = createRequirement({ ...ctx, environment, tokens: tokenRepository });
  const stored = { environment, tokens: tokenRepository, sessions: sessionRepository };
  const noteUse = createUses({ ...ctx, tokens: tokenRepository, sessions: sessionRepository });
  const sessionSweep = createLoop({
    everyMs: sweepMs,
    runOnce: () => ctx.untilFree(() => sessionRepository.removeOld(limitsAt(ctx.now()))),
    onError: (error) => ctx.log.error({ err: error }, 'sessions that have ended were not removed'),
  });
  const authenticate = createAuthenticate({ ...ctx, ...stored, requirement, attempts, noteUse });
  return {
    authenticate,
    environment,
    requirement,
    tokenRepository,
    sessionRepository,
    sessionSweep,
    tokens: createTokens({ ...ctx, ...stored, requirement }),
    signIn: createSignIn({ ...ctx, ...stored, attempts, findToken: authenticate.findToken }),
  };
}
