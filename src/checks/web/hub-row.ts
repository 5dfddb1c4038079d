import type { HubRow } from '../../core/hub-row.ts';
import { plural } from '../../core/format.ts';
import type { CheckContext } from '../parts.ts';
import { listChecks } from '../views.ts';
import { summarise } from './checks-view.ts';

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
    if (errors > 0) return { sentence, badge: { tone: 'bad', label: plural(errors, 'error') } };
    if (warnings > 0) return { sentence, badge: { tone: 'warn', label: plural(warnings, 'warning') } };
    return { sentence };
  },
});
