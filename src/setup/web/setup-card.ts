import { url } from '../../core/url.ts';
import type { SharedCard } from '../../web/card.ts';
import { eventsOf } from '../../web/hub.ts';
import type { Ticked } from '../checklist.ts';
import type { SetupContext } from '../parts.ts';

/** The checklist; one line when all is done. */
export const setupCard = ({ checklist, setupSteps }: SetupContext): SharedCard => ({
  name: 'setup',
  host: 'setup-card',
  path: '/ui/settings/setup',
  dirtyOn: eventsOf(setupSteps()),
  async load() {
    const steps = (await checklist.read()).map(viewStep);
    const done = steps.filter((step) => step.isDone).length;
    return { steps, done, total: steps.length, isAllDone: done === steps.length };
  },
});

function viewStep({ step: { title, text, href, reads = 'viewer' }, isDone }: Ticked) {
  const mark = isDone ? marks.done : isDone === null ? marks.unknown : marks.open;
  return { title, text, href: url(href), reads, isDone: isDone === true, ...mark };
}

const marks = {
  done: { tone: 'ok', icon: 'check', word: 'done', link: null },
  open: { tone: 'warn', icon: 'clock', word: 'to do', link: 'Set up' },
  unknown: { tone: 'idle', icon: 'help', word: 'could not be checked', link: 'Open' },
};
