import { plural } from '../../core/format.ts';
import { type Finding, isMuted, viewFix } from '../../checks/finding.ts';
import type { RunbookLink } from '../../checks/runbook-link.ts';
import type { SharedCard } from '../../web/card.ts';
import type { DashboardContext } from '../parts.ts';

type Action = ReturnType<typeof viewFix>;
type Problem = {
  tone: 'warn' | 'bad';
  title: string;
  text: string;
  since: string;
  action: Action;
  runbook: RunbookLink | null;
};
/** `checks`: the words of the link to all findings. */
type Look = {
  tone: string;
  icon: string;
  title: string;
  action?: Action;
  runbook?: RunbookLink | null;
  checks?: string;
};
/** A lasting condition: its consequence as title, its cause and the next step as text; or several problems in a list. */
type Banner = Look & { text?: string; since?: string; list?: Problem[]; isFirstStart?: boolean };

export const bannersCard = (ctx: DashboardContext): SharedCard => ({
  name: 'banners',
  host: 'ops-banners',
  path: '/ui/operations/banners',
  dirtyOn: ['findings', 'library', 'documents'],
  async load() {
    await ctx.checker.refresh();
    return { banners: [...findNotices(ctx), ...gather(findProblems(ctx), countMuted(ctx))] };
  },
});

/** Worst first: no muted findings, no mere information, and of one cause only the cause. */
function findProblems({
  findings,
  linkRunbook,
  now,
}: Pick<DashboardContext, 'findings' | 'linkRunbook' | 'now'>): Problem[] {
  return findings
    .open()
    .filter((finding) => finding.severity !== 'info' && !isMuted(finding, now()))
    .filter((finding) => !findings.isExplained(finding))
    .map((finding) => viewProblem(finding, linkRunbook(finding.runbook)));
}

function countMuted({ findings, now }: Pick<DashboardContext, 'findings' | 'now'>): number {
  return findings.open().filter((finding) => isMuted(finding, now())).length;
}

function viewProblem(
  { severity, title, text, opened_at: since, fix }: Finding,
  runbook: RunbookLink | null,
): Problem {
  const tone = severity === 'error' ? 'bad' : 'warn';
  return { tone, title, text, since, action: viewFix(fix), runbook };
}

/** Notices about the mode and an empty library, which are not problems. */
function findNotices({ config, counts }: Pick<DashboardContext, 'config' | 'counts'>): Banner[] {
  return [
    ...(config.mode === 'noop' ? [noopMode] : []),
    ...(counts.totals().entries === 0 ? [emptyLibrary] : []),
  ];
}

const noopMode: Banner = {
  tone: 'hold',
  icon: 'pause',
  title: 'Noop mode: no script runs',
  text: 'Operations can be started and every job is recorded, but nothing is written. No workers run, so they cannot be paused or drained. To work with the library, start without CHL_OPERATIONS_MODE=noop.',
};

const emptyLibrary: Banner = {
  tone: 'run',
  icon: 'in',
  title: 'The library is empty',
  text: 'A library holds what your team knows: short experiences and longer manuals. Begin with the starter library, or with your own sheet: a workbook, CSV files or a folder.',
  isFirstStart: true,
};

/** One problem is a banner; several are one banner with a list. */
function gather(problems: Problem[], muted: number): Banner[] {
  const [worst] = problems;
  if (!worst) return muted === 0 ? [] : [onlyMuted(muted)];
  const checks = muted === 0 ? 'All checks' : `All checks, ${muted} muted`;
  const look = { tone: worst.tone, icon: worst.tone === 'bad' ? 'cross' : 'tri', checks };
  if (problems.length === 1) return [{ ...worst, ...look }];
  return [{ ...look, title: `${plural(problems.length, 'problem')} need you`, list: problems }];
}

/** Muted findings are never hidden without a word. */
function onlyMuted(muted: number): Banner {
  const title = `${plural(muted, 'finding is', 'findings are')} muted`;
  return { tone: 'hold', icon: 'pause', title, text: 'Nothing else is found.', checks: 'All checks' };
}
