// Revoking the last valid admin token opens everything to everybody on this machine, or, while an expired one is left, leaves
// no admin. So it needs a reason and a typed word.
import type { Config } from '../core/config.ts';
import { type Confirmation, assertConfirmed } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import { isRemote } from '../core/host.ts';

export const openWord = 'open';

/** Throws `confirmation_required` with all problems, and `wrong_state` while other machines reach the server. */
export function confirmOpening(name: string, { host }: Pick<Config, 'host'>, given: Confirmation) {
  assertConfirmed(given, openWord);
  if (!isRemote(host)) return;
  const message = `${name} is the last admin token, and other machines reach this server at ${host}. Create another admin token first.`;
  throw new AppError('wrong_state', message);
}
