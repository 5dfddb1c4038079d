// Tokens for the command line, which works on ops.db itself: the way back in for a person who may write the data folder.
import { type AuditEntry, auditRefusal, createAudit, type Requester } from '../core/audit.ts';
import { createBus } from '../core/bus.ts';
import { loadConfig } from '../core/config.ts';
import { busyLimits, createBusyRetry } from '../core/db/busy-retry.ts';
import { createLog } from '../core/log.ts';
import { createRedactor } from '../core/redaction.ts';
import type { Local } from '../core/terminal/command.ts';
import { userName } from '../core/user.ts';
import { environmentToken } from './environment-token.ts';
import { createRequirement } from './requirement.ts';
import { createSessionRepository } from './session-repository.ts';
import { type ListedToken, listTokens } from './token-list.ts';
import { createTokenRepository, tokenTarget } from './token-repository.ts';
import { createTokens, type Tokens } from './tokens.ts';

type LocalAccess = { tokens: Pick<Tokens, 'create' | 'revoke'>; list: () => ListedToken[]; by: Requester };

/** Opens ops.db for `work`. A server that is running reads each change with its next request. Maintenance refuses the same
 *  changes here as in a server. */
export async function withLocalAccess<T>(
  { createHoldBack, openOps }: Local,
  work: (access: LocalAccess) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const now = () => new Date();
  const redactor = createRedactor(config);
  const log = createLog('error', redactor, 2);
  const ops = await openOps(config, log);
  const bus = createBus();
  const audit = createAudit(ops, now, redactor, bus, (error) =>
    log.error({ err: error }, 'refusals are not in the audit log'),
  );
  try {
    const environment = environmentToken(config);
    const tokens = createTokenRepository(ops);
    const sessions = createSessionRepository(ops);
    const requirement = createRequirement({ config, environment, now, only: null, tokens });
    const untilFree = createBusyRetry(busyLimits.request);
    const kernel = { audit, bus, config, now, untilFree };
    const holdBack = createHoldBack({ ...kernel, ops });
    const assertPossible = (entry: AuditEntry) =>
      auditRefusal(audit, entry, () => holdBack.assertPossible({ name: entry.event }, entry.by));
    const { create, revoke } = createTokens({ ...kernel, requirement, tokens, sessions });
    return await work({
      tokens: {
        async create(wanted, by) {
          await assertPossible({ event: 'access.token_created', by, target: tokenTarget(wanted.name) });
          return create(wanted, by);
        },
        async revoke(name, confirmation, by) {
          const reason = confirmation.reason?.trim() || null;
          await assertPossible({ event: 'access.token_revoked', by, target: tokenTarget(name), reason });
          return revoke(name, confirmation, by);
        },
      },
      list: () => listTokens({ environment, now, tokenRepository: tokens, sessionRepository: sessions }),
      by: { actor: userName, role: 'admin', peer: null, requestId: null, reason: null },
    });
  } finally {
    audit.close();
    ops.close();
  }
}
