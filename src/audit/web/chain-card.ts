import { formatDuration } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { runAction } from '../../jobs/actions.ts';
import type { SharedCard } from '../../web/card.ts';
import { chainCheck, readChainState } from '../chain-state.ts';
import type { AuditContext } from '../parts.ts';

/** The result of the last check of the chain, with the button of the next one. */
export const chainCard = (ctx: Pick<AuditContext, 'repository' | 'catalogue'>): SharedCard => ({
  name: 'audit-chain',
  template: 'audit/chain-card',
  host: 'audit-chain-card',
  path: '/ui/audit/chain',
  dirtyOn: ['job', 'operations'],
  load() {
    const { last, active, newest, canCheck } = readChainState(ctx);
    return {
      chain: {
        last: last && {
          ...last,
          badge: last.isWhole ? verified : notVerified,
          took: last.seconds === null ? null : formatDuration(last.seconds),
          href: url(`/jobs/${last.number}`),
        },
        active: active === null ? null : { number: active, href: url(`/jobs/${active}`) },
        run: canCheck ? url(`/ui/operations/run/${chainCheck}`) : null,
        /** A repeated form finds the run that the first one has started. */
        key: `after-${newest}`,
        needs: runAction.name,
      },
    };
  },
});

const verified = { tone: 'ok', icon: 'check', word: 'Whole', isQuiet: true };
const notVerified = { tone: 'bad', icon: 'cross', word: 'Not verified', isQuiet: false };
