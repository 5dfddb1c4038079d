// A secret as the audit log keeps it: whether there is one, and whether it is another one than before; never its content.
export type SecretState = 'set' | 'not set' | 'changed';

/** `former`: the secret before a change. Null: there is, or was, none. Instead of the secrets, their hashes may be given. */
export function secretState(secret: unknown, former: unknown = null): SecretState {
  if (secret === null) return 'not set';
  return former === null || former === secret ? 'set' : 'changed';
}
