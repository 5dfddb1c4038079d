// Creates and revokes tokens. A token itself is in no row: only its hash is kept, and it is returned once.
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Confirmation } from '../core/confirmation.ts';
import { confirmOpening } from './confirm-opening.ts';
import { assertNotOfEnvironment } from './environment-token.ts';
import { readToken, type WantedToken } from './read-token.ts';
import type { Requirement } from './requirement.ts';
import { hashOf, hintOf, newToken } from './secret.ts';
import type { SessionRepository } from './session-repository.ts';
import {
  isActiveAt,
  type KnownToken,
  type TokenRecord,
  type TokenRepository,
  tokenTarget,
} from './token-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  config: Config;
  requirement: Requirement;
  tokens: TokenRepository;
  sessions: Pick<SessionRepository, 'removeOf'>;
};

/** `isFirst`: from now on a token is required. */
export type CreatedToken = { token: string; record: TokenRecord; known: KnownToken; isFirst: boolean };

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens(given: Given) {
  const { audit, bus, tokens, untilFree } = given;
  return {
    /** Throws `invalid_arguments` with all problems. */
    async create(wanted: WantedToken, by: Requester): Promise<CreatedToken> {
      const entry = { event: 'access.token_created', by, target: tokenTarget(wanted.name) };
      const created = await untilFree(() =>
        auditRefusal(audit, entry, () => tokens.transaction(() => create(given, wanted, by))),
      );
      bus.emit('access');
      return created;
    },

    /** Ends the token and its sessions. Throws `not_found`, `set_by_environment`; `wrong_state` for one that is revoked
     *  already, and the refusals of `confirmOpening` for that of the last admin. */
    async revoke(name: string, confirmation: Confirmation, by: Requester): Promise<TokenRecord> {
      const reason = confirmation.reason?.trim() || null;
      const entry = { event: 'access.token_revoked', by, target: tokenTarget(name), reason };
      const revoked = await untilFree(() =>
        auditRefusal(audit, entry, () => tokens.transaction(() => revoke(given, name, confirmation, entry))),
      );
      bus.emit('access');
      return revoked;
    },

    /** Throws `not_found`, and `set_by_environment` for that of the environment. */
    find: (name: string) => findChangeable(given, name),
  };
}

function create(given: Given, wanted: WantedToken, by: Requester): CreatedToken {
  const { audit, now, requirement, sessions, tokens } = given;
  const at = now();
  // An expired admin token keeps everything closed, so that only an admin token takes its place.
  const isTaken = (name: string) => {
    const former = tokens.find(name);
    if (former === null || former.revoked_at !== null) return false;
    return isActiveAt(former, at.toISOString()) || (former.role === 'admin' && wanted.role !== 'admin');
  };
  const { name, role, expires_at } = readToken(wanted, { now: at, isTaken });
  const token = newToken();
  const hash = hashOf(token);
  const isFirst = role === 'admin' && !requirement.hasAdmin();
  // Sessions may be left of a token of that name that has expired.
  sessions.removeOf(name);
  const created = { created_at: at.toISOString(), created_by: by.actor };
  tokens.put({ name, role, hash, hint: hintOf(token), expires_at, ...created });
  const detail = { before: null, after: { role, expires_at, token: 'set' } };
  audit.record({ event: 'access.token_created', outcome: 'ok', by, target: tokenTarget(name), detail });
  return { token, record: find(tokens, name), known: { name, role, hash }, isFirst };
}

function revoke(given: Given, name: string, confirmation: Confirmation, entry: AuditEntry): TokenRecord {
  const { audit, config, now, requirement, sessions, tokens } = given;
  const before = findChangeable(given, name);
  if (before.revoked_at !== null) throw new AppError('wrong_state', `Token ${name} was revoked before.`);
  if (requirement.isLastAdmin(before)) confirmOpening(name, config, confirmation);
  tokens.revoke(name, now().toISOString());
  sessions.removeOf(name);
  const { role, expires_at } = before;
  const detail = { before: { role, expires_at, token: 'set' }, after: { token: 'not set' } };
  audit.record({ ...entry, outcome: 'ok', detail });
  return find(tokens, name);
}

function findChangeable({ config, tokens }: Given, name: string): TokenRecord {
  assertNotOfEnvironment(config, name);
  return find(tokens, name);
}

function find(tokens: Pick<TokenRepository, 'find'>, name: string): TokenRecord {
  const token = tokens.find(name);
  if (token) return token;
  throw new AppError('not_found', `There is no token named ${JSON.stringify(name.slice(0, 80))}.`);
}
