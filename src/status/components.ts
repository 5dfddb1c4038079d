// The components of the installation, each with the last look of its checks.
import { severities } from '../core/check.ts';
import { lowerFirst, plural, upperFirst } from '../core/format.ts';
import { titleOfComponent } from '../checks/state-words.ts';
import type { CheckBody, CheckState, FindingBody } from '../checks/views.ts';

/** `check`: the one that says the most about it. `took_ms`: of all its checks together. `looked_at`: the oldest of
 *  the looks that `says` describes. */
export type Component = {
  name: string;
  title: string;
  state: CheckState;
  is_muted: boolean;
  says: string | null;
  took_ms: number | null;
  looked_at: string | null;
  check: string;
  checks: number;
  findings: number;
};

const ranks: CheckState[] = ['pass', 'unknown', ...severities];
const shownSentences = 2;

/** A finding that names another component than its check counts for that one, too. */
export function listComponents(checks: CheckBody[]): Component[] {
  const all = checks.flatMap(({ found }) => found);
  const names = [...new Set([...checks, ...all].map(({ component }) => component))];
  return names
    .map((name) => viewComponent(name, checks, all))
    .sort((one, other) => one.title.localeCompare(other.title));
}

function viewComponent(name: string, checks: CheckBody[], all: FindingBody[]): Component {
  const found = all.filter(({ component }) => component === name).sort(worstFirst);
  const [worst] = found;
  const finders = checks.filter(({ id }) => found.some(({ check_id }) => check_id === id));
  const own = checks.filter(({ component }) => component === name);
  const probes = own.length > 0 ? own : finders;
  const looked = probes.filter(({ looked_at }) => looked_at !== null);
  const isKnown = looked.some(({ state }) => state !== 'unknown');
  const shown = worst ? finders.filter(({ id }) => id === worst.check_id) : looked.slice(0, shownSentences);
  const title = titleOfComponent(name);
  return {
    ...{ name, title, state: worst?.severity ?? (isKnown ? 'pass' : 'unknown') },
    is_muted: found.length > 0 && found.every(({ is_muted }) => is_muted),
    says: worst ? worst.title : describe(looked, shown, title),
    took_ms: looked.length === 0 ? null : looked.reduce((sum, { took_ms }) => sum + (took_ms ?? 0), 0),
    looked_at: oldestLook(shown) ?? worst?.seen_at ?? null,
    check: worst?.check_id ?? probes[0]?.id ?? '',
    checks: probes.length,
    findings: found.length,
  };
}

function worstFirst(one: FindingBody, other: FindingBody): number {
  return Number(one.is_muted) - Number(other.is_muted) || rankOf(other) - rankOf(one);
}

const rankOf = ({ severity }: FindingBody) => ranks.indexOf(severity);

const oldestLook = (shown: CheckBody[]): string | undefined =>
  shown.flatMap(({ looked_at }) => looked_at ?? []).sort()[0];

/** Each of `shown` as a sentence, then how many more pass; a check is named unless it has the name of the component. */
function describe(looked: CheckBody[], shown: CheckBody[], component: string): string | null {
  const sentences = shown.flatMap(({ title, says }) => {
    if (says === null) return [];
    const named =
      looked.length === 1 || title === component ? says : `${upperFirst(title)}: ${lowerFirst(says)}`;
    return [named.replace(/[^.!?]$/, '$&.')];
  });
  const more = looked.filter((check) => check.state !== 'unknown' && !shown.includes(check)).length;
  if (more > 0) sentences.push(`${plural(more, 'more check passes', 'more checks pass')}.`);
  return sentences.join(' ') || null;
}
