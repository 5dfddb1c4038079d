import { lowerFirst, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import { readChainState } from './chain-state.ts';
import { describeRow } from './describe-row.ts';
import type { AuditContext } from './parts.ts';

type Context = Pick<AuditContext, 'auditRepository' | 'repository' | 'catalogue' | 'operationTitles'>;

export const auditRow = (ctx: Context): HubRow => ({
  hub: 'activity',
  position: 10,
  icon: 'lines',
  name: 'Audit',
  href: '/audit',
  dirtyOn: ['audit'],
  load() {
    const newest = ctx.auditRepository.newest();
    if (newest === null) return { sentence: 'Nothing yet.' };
    const { title } = describeRow(newest, ctx.operationTitles());
    const outcome = newest.outcome === 'ok' ? '' : `, ${newest.outcome}`;
    const rows = `${plural(newest.id, 'row')}, the newest by ${newest.actor}: ${lowerFirst(title)}${outcome}.`;
    const { last } = readChainState(ctx);
    if (last === null) return { sentence: `${rows} The chain was never checked.` };
    if (last.isWhole) return { sentence: `${rows} The chain was verified`, at: last.at };
    return {
      sentence: `${last.text} Checked`,
      at: last.at,
      badge: { tone: 'bad', label: 'Chain not verified' },
    };
  },
});
