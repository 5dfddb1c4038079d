// Two cards: the findings, which are live; and the last look of each check with its time, which changes with every look and
// is therefore refreshed by hand only.
import type { SharedCard } from '../../web/card.ts';
import type { CheckContext } from '../parts.ts';
import { listChecks } from '../views.ts';
import { viewChecks, viewProbes } from './checks-view.ts';

type Context = Pick<CheckContext, 'checker' | 'findings' | 'linkRunbook' | 'now'>;

export const checksCard = ({ checker, findings, linkRunbook, now }: Context): SharedCard => ({
  name: 'checks',
  host: 'checks-card',
  path: '/ui/checks/card',
  dirtyOn: ['findings', 'documents'],
  async load() {
    await checker.refresh();
    return viewChecks(listChecks(checker, findings, now()), linkRunbook);
  },
});

export const probesCard = ({ checker, findings, now }: Context): SharedCard => ({
  name: 'probes',
  host: 'probes-card',
  path: '/ui/checks/probes',
  dirtyOn: [],
  load: () => ({ probes: viewProbes(listChecks(checker, findings, now())) }),
});
