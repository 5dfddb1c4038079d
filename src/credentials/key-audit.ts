// The audit rows of credentials. They say whether a key is set and the beginning of its hash, never more of it.
import { auditRefusal, type Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { secretState } from '../core/secret-state.ts';
import { credentialActions, credentialTarget } from './actions.ts';
import type { Credential } from './credential-list.ts';
import type { KeyCheck, StoredKey } from './repository.ts';

type Event = (typeof credentialActions)[keyof typeof credentialActions]['name'];

export function createKeyAudit({ audit }: Pick<Kernel, 'audit'>) {
  return {
    /** Part of the transaction of the change. `before`: the file that was in use. */
    changed(key: StoredKey, before: StoredKey | null, by: Requester) {
      const waits = key.slot === 'next';
      const former = before?.sha256 ?? null;
      const detail = {
        before: secretState(former),
        after: waits ? secretState(former) : secretState(key.sha256, former),
        sha256: key.sha256.slice(0, 8),
        path: key.path,
        ...(waits ? { waits: key.check?.text ?? null } : {}),
      };
      audit.record({
        event: credentialActions.change.name,
        outcome: 'ok',
        by,
        target: credentialTarget(key.name),
        detail,
      });
    },

    removed(credential: Credential, reason: string, by: Requester) {
      const detail = { before: 'set', after: 'not set' };
      const target = credentialTarget(credential.name);
      audit.record({
        event: credentialActions.remove.name,
        outcome: 'ok',
        by,
        target,
        reason: reason.trim(),
        detail,
      });
    },

    checked(key: StoredKey, { status, text }: KeyCheck, by: Requester) {
      const detail = { status, text, sha256: key.sha256.slice(0, 8) || null };
      const [event, target] = [credentialActions.check.name, credentialTarget(key.name)];
      audit.record({ event, outcome: 'ok', by, target, detail });
    },

    /** Runs `work`; a refusal that it throws leaves an audit row. */
    refusals: <T>(event: Event, credential: Credential, by: Requester, work: () => T | Promise<T>) =>
      auditRefusal(audit, { event, by, target: credentialTarget(credential.name) }, async () => work()),
  };
}
