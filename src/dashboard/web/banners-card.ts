import { url } from '../../core/url.ts';
import { plural } from '../../core/format.ts';
import type { Check, Problem } from '../../core/check.ts';
import type { SharedCard } from '../../web/card.ts';
import type { DashboardContext } from '../parts.ts';

/** A lasting condition: its consequence as title, its cause and the next step as text; or several problems in a list. */
type Banner = Omit<Problem, 'tone' | 'text'> & {
  tone: string;
  icon: string;
  text?: string;
  list?: Problem[];
};

export const bannersCard = (ctx: DashboardContext): SharedCard => ({
  name: 'banners',
  host: 'ops-banners',
  path: '/ui/operations/banners',
  dirtyOn: [...new Set(['library' as const, ...ctx.checks().flatMap(({ dirtyOn }) => dirtyOn ?? [])])],
  async load() {
    return { banners: [...findNotices(ctx), ...gather(await findProblems(ctx.checks()))] };
  },
});

/** The worst first. */
async function findProblems(checks: Check[]): Promise<Problem[]> {
  const problems = await Promise.all(checks.map((check) => check.problem?.() ?? null));
  return problems
    .filter((problem) => problem !== null)
    .sort((one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'));
}

/** What is as the operator wants it, and no problem. */
function findNotices({ config, counts }: Pick<DashboardContext, 'config' | 'counts'>): Banner[] {
  const banners: Banner[] = [];
  if (config.mode === 'noop') {
    banners.push({
      tone: 'hold',
      icon: 'pause',
      title: 'Noop mode: nothing is run',
      text: 'Every button works and every job is recorded, but no script runs and nothing is written. Start without CHL_OPERATIONS_MODE=noop to work with the library.',
    });
  }
  if (counts.totals().entries === 0) {
    banners.push({
      tone: 'run',
      icon: 'in',
      title: 'The library is empty',
      text: 'A library is what your team knows: short experiences and longer manuals. A starter library lies in data/sheets/published; import it, or put your own three CSV files there first.',
      action: { href: url('/ui/operations/import/confirm'), label: 'Import the starter library…' },
    });
  }
  return banners;
}

/** One problem is a banner; several are one banner with a list. */
function gather(problems: Problem[]): Banner[] {
  const [worst] = problems;
  if (!worst) return [];
  const look = { tone: worst.tone, icon: worst.tone === 'bad' ? 'cross' : 'tri' };
  if (problems.length === 1) return [{ ...worst, ...look }];
  return [
    { ...look, title: `${plural(problems.length, 'problem')} will affect jobs or search`, list: problems },
  ];
}
