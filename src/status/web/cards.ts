// The cards of the page that change with findings, incidents and news.
import { formatNumber } from '../../core/format.ts';
import { stateBadges } from '../../checks/state-words.ts';
import { viewFix } from '../../checks/finding.ts';
import type { SharedCard } from '../../web/card.ts';
import { readMonth } from '../month.ts';
import { countNeeds, listNeeds, type Need } from '../needs.ts';
import type { StatusContext } from '../parts.ts';

const shownNeeds = 10;
const shownChanges = 10;
/** More are not sorted among the findings. */
const readIncidents = 100;

export const needsCard = (ctx: Pick<StatusContext, 'findings' | 'listActive' | 'now'>): SharedCard => ({
  name: 'needs',
  host: 'needs-card',
  path: '/ui/status/needs',
  dirtyOn: ['findings', 'incidents'],
  load() {
    const open = ctx.findings.open();
    const needs = listNeeds(open, ctx.listActive(readIncidents), ctx.now());
    const more = needs.length - shownNeeds;
    return {
      count: countNeeds(needs, open, ctx.now()),
      items: needs.slice(0, shownNeeds).map(viewNeed),
      more: more > 0 ? `${formatNumber(more)} more` : null,
    };
  },
});

const badges = {
  ...stateBadges,
  bad: { tone: 'bad', icon: 'cross', word: 'Open' },
  warn: { tone: 'warn', icon: 'tri', word: 'Open' },
  hold: { tone: 'hold', icon: 'pause', word: 'Mitigated' },
  idle: { tone: 'idle', icon: 'check', word: 'Closed' },
};
const icons = {
  bad: 'pulse',
  warn: 'pulse',
  hold: 'pulse',
  idle: 'pulse',
  error: 'cross',
  warning: 'tri',
  info: 'info',
};

function viewNeed({ name, sentence, since, href, state, fix }: Need) {
  const own = viewFix(fix);
  return {
    ...{ name, sentence, since, href },
    icon: icons[state],
    badge: state === 'info' ? null : badges[state],
    action: own && {
      kind: own.isDialog ? 'dialog' : 'page',
      needs: 'job.accepted',
      label: own.label,
      href: own.href,
      id: `fix-${href.replace(/\W+/g, '-')}`,
    },
  };
}

export const monthCard = (ctx: StatusContext): SharedCard => ({
  name: 'month',
  host: 'month-card',
  path: '/ui/status/month',
  dirtyOn: ['incidents', 'findings', 'objectives'],
  load: () => ({ facts: readMonth(ctx) }),
});

const changeIcons = { ok: 'check', warn: 'tri', bad: 'cross', hold: 'info' };

/** News for everybody: without the cursor of a browser, and with muted findings. */
export const changesCard = ({ news }: Pick<StatusContext, 'news'>): SharedCard => ({
  name: 'changes',
  host: 'changes-card',
  path: '/ui/status/changes',
  dirtyOn: ['audit'],
  load: () => ({
    changes: news.latest(shownChanges).map(({ tone, subject, href, text, at }) => ({
      ...{ tone, subject, href, text, at },
      icon: changeIcons[tone],
    })),
  }),
});
