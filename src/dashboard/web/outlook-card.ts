import type { OutlookFact } from '../../core/hub-row.ts';
import type { Kernel } from '../../core/kernel.ts';
import { url } from '../../core/url.ts';
import type { SharedCard } from '../../web/card.ts';
import { eventsOf } from '../../web/hub.ts';

type Context = Pick<Kernel, 'outlook' | 'log'>;

/** One line of facts, each a link to its page. It is empty while nothing is set up. */
export const outlookCard = ({ outlook, log }: Context): SharedCard => ({
  name: 'outlook',
  host: 'outlook-card',
  path: '/ui/operations/outlook',
  dirtyOn: eventsOf(outlook()),
  load: () => ({ facts: outlook().flatMap((fact) => viewFact(log, fact) ?? []) }),
});

/** A fact that cannot be read is left out; the others are unaffected. */
function viewFact(log: Context['log'], fact: OutlookFact) {
  try {
    const state = fact.load();
    if (state === null) return null;
    const { words, isWarning = false } = state;
    const icon = isWarning ? 'tri' : fact.icon;
    return { href: url(fact.href), icon, isWarning, words: words.map(viewWord) };
  } catch (error) {
    log.error({ err: error, fact: fact.href }, 'a fact of the outlook could not be read');
    return null;
  }
}

const viewWord = (word: string | { at: string }) =>
  typeof word === 'string' ? { text: word } : { at: word.at };
