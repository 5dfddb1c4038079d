import type { HubAction, HubRow, OutlookFact } from '../../core/hub-row.ts';
import { formatNumber, plural } from '../../core/format.ts';
import type { CheckContext } from '../parts.ts';
import { listChecks } from '../views.ts';
import { url } from '../../core/url.ts';
import { running } from './actions.ts';
import { summarise } from './checks-view.ts';

const action: HubAction = {
  ...{ kind: 'button', label: 'Check now', href: url('/ui/checks/run') },
  ...{ needs: running.name, fields: [] },
};

export const checksRow = (ctx: Pick<CheckContext, 'checker' | 'findings' | 'now'>): HubRow => ({
  hub: 'status',
  position: 10,
  icon: 'check',
  name: 'Checks',
  href: '/checks',
  dirtyOn: ['findings'],
  load() {
    const checks = listChecks(ctx.checker, ctx.findings, ctx.now());
    const found = checks.flatMap((check) => check.found).filter(({ is_muted }) => !is_muted);
    const count = (severity: string) => found.filter((one) => one.severity === severity).length;
    const [errors, warnings] = [count('error'), count('warning')];
    const error = found.find(({ severity }) => severity === 'error');
    const sentence = error ? `${summarise(checks)} ${error.title}.` : summarise(checks);
    if (errors > 0) return { sentence, action, badge: { tone: 'bad', label: plural(errors, 'error') } };
    if (warnings > 0)
      return { sentence, action, badge: { tone: 'warn', label: plural(warnings, 'warning') } };
    return { sentence, action };
  },
});

/** How many of the checks that have looked pass; notes and muted findings do not count against them. */
export const checksFact = (ctx: Pick<CheckContext, 'checker' | 'findings' | 'now'>): OutlookFact => ({
  position: 10,
  icon: 'check',
  href: '/checks',
  // A first look that finds nothing is no event of its own.
  dirtyOn: ['findings', 'sample'],
  load() {
    const looked = listChecks(ctx.checker, ctx.findings, ctx.now()).filter(
      ({ state }) => state !== 'unknown',
    );
    if (looked.length === 0) return null;
    const isTrouble = (check: (typeof looked)[number]) =>
      check.found.some(({ severity, is_muted }) => severity !== 'info' && !is_muted);
    const passing = looked.filter((check) => !isTrouble(check)).length;
    if (passing === looked.length) return { words: [plural(passing, 'check passes', 'checks pass')] };
    return { words: [`${formatNumber(passing)} of ${plural(looked.length, 'check')} pass`], isWarning: true };
  },
});
