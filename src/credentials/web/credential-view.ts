// The view model of a credential: its badge, its facts, and the steps of its last check.
import { url } from '../../core/url.ts';
import { viewCheckStep } from '../../web/check-step.ts';
import type { CredentialFacts, KeyFacts } from '../describe-credential.ts';

export function viewCredential(facts: CredentialFacts) {
  const { name, title, kind, text, variable, used_by: usedBy, is_checking: isChecking, next } = facts;
  const { in_use: inUse, check, is_set: isSet } = facts;
  return {
    name,
    title,
    text,
    variable,
    usedBy,
    badge: badgeOf(facts),
    isChecking,
    checkLabel: isChecking ? 'Checking' : next ? 'Check again' : 'Check',
    canCheck: isSet || kind === 'api_key',
    canRemove: isSet && variable === null,
    file: inUse && viewFile(inUse, `key-${name}`),
    next: next && { ...viewFile(next, `next-${name}`), why: next.check?.text ?? '' },
    check: check && { at: check.checked_at, steps: check.steps.map(viewCheckStep) },
    checkUrl: url(`/ui/credentials/${name}/check`),
    removeUrl: url(`/ui/credentials/${name}/remove`),
  };
}

/** `id`: of the element with the address of the account, from which a button copies it. */
function viewFile(file: KeyFacts, id: string) {
  const { path, sha256, mode, email, changed_at: at, changed_by: by, problem, command } = file;
  return { path, sha256, mode, email, problem, command, id, change: at && by ? { at, by } : null };
}

const badges = {
  checking: { isQuiet: false, tone: 'run', icon: 'half', word: 'Checking' },
  absent: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not set up' },
  broken: { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Cannot be used' },
  waits: { isQuiet: false, tone: 'warn', icon: 'tri', word: 'New key waits' },
  unchecked: { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not checked' },
  ok: { isQuiet: true, tone: 'ok', icon: 'check', word: 'Passes' },
  warning: { isQuiet: false, tone: 'warn', icon: 'tri', word: 'Look at this' },
  error: { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Check failed' },
};

function badgeOf({ is_checking, is_set, in_use, next, check }: CredentialFacts) {
  if (is_checking) return badges.checking;
  if (in_use?.problem) return badges.broken;
  if (next) return badges.waits;
  if (check) return badges[check.status];
  return is_set ? badges.unchecked : badges.absent;
}
