import { plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { AccessContext } from './parts.ts';
import { listTokens } from './token-list.ts';

/** The tokens: how many there are, or that none is needed. */
export const accessRow = (ctx: AccessContext): HubRow => ({
  hub: 'settings',
  position: 50,
  icon: 'user',
  name: 'Access',
  href: '/settings/access',
  reads: 'admin',
  dirtyOn: ['access'],
  load() {
    const tokens = listTokens(ctx).filter(({ state }) => state === 'active');
    if (!ctx.requirement.isRequired())
      return { sentence: 'Everything is open on this machine: no admin token.' };
    const admins = tokens.filter(({ role }) => role === 'admin').length;
    return { sentence: `${plural(tokens.length, 'token')} (${plural(admins, 'admin')}).` };
  },
});
