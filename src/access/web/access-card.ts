import { userName } from '../../core/user.ts';
import { url } from '../../core/url.ts';
import type { SharedCard } from '../../web/card.ts';
import { environmentName } from '../environment-token.ts';
import type { AccessContext } from '../parts.ts';
import { type ListedToken, listTokens } from '../token-list.ts';

/** The tokens, and whether requests need one. */
export const accessCard = (ctx: AccessContext): SharedCard => ({
  name: 'access',
  host: 'access-card',
  path: '/ui/access/card',
  reads: 'admin',
  dirtyOn: ['access'],
  load() {
    const all = listTokens(ctx);
    const tokens = all.filter(({ state }) => state !== 'revoked');
    const revoked = all.filter(({ state }) => state === 'revoked');
    const activeCount = tokens.filter(({ state }) => state === 'active').length;
    return {
      tokens: tokens.map(viewToken),
      activeCount,
      revoked,
      isOpen: !ctx.requirement.isRequired(),
      userName,
    };
  },
});

function viewToken(token: ListedToken) {
  const isOfEnvironment = token.name === environmentName;
  return {
    ...token,
    isOfEnvironment,
    anchor: encodeURIComponent(token.name),
    isExpired: token.state === 'expired',
    revokeUrl: isOfEnvironment ? null : url(`/ui/access/tokens/${encodeURIComponent(token.name)}/revoke`),
  };
}
