import path from 'node:path';
import type { OwnProblem } from '../../operations/own-file.ts';
import { plural } from '../../wording.ts';
import type { Card } from './card.ts';

/** A lasting condition: its consequence as title, its cause and the next step as text. */
type Banner = {
  tone: string;
  icon: string;
  title: string;
  text: string;
  action?: { href: string; label: string };
};

export const bannersCard: Card = {
  name: 'banners',
  host: 'ops-banners',
  path: '/ui/operations/banners',
  dirtyOn: ['index', 'library', 'operations'],
  load({ config, counts, liveIndex, ownOperations }) {
    const banners: Banner[] = [];
    if (config.mode === 'noop') {
      banners.push({
        tone: 'hold',
        icon: 'pause',
        title: 'Noop mode: nothing is run',
        text: 'Every button works and every job is recorded, but no script runs and nothing is written. Start without CHL_OPERATIONS_MODE=noop to work with the library.',
      });
    }
    const [problem] = ownOperations.problems();
    if (problem) {
      banners.push({
        tone: 'warn',
        icon: 'tri',
        title: wordLeftOut(ownOperations.problems()),
        text: `${path.basename(config.operationsFile)}, line ${problem.line}, column ${problem.column}: ${problem.message}`,
      });
    }
    const index = liveIndex.truth();
    if (index.state === 'broken') {
      banners.push({
        tone: 'bad',
        icon: 'cross',
        title: 'Search is not available',
        text: `${index.problem ?? 'The index files cannot be used.'} Rebuild the index.`,
      });
    }
    if (counts.totals().entries === 0) {
      banners.push({
        tone: 'run',
        icon: 'in',
        title: 'The library is empty',
        text: 'A library is what your team knows: short experiences and longer manuals. A starter library lies in data/sheets/published; import it, or put your own three CSV files there first.',
        action: { href: '/ui/operations/import/confirm', label: 'Import the starter library…' },
      });
    }
    return { banners };
  },
};

function wordLeftOut(problems: OwnProblem[]): string {
  if (problems.some((problem) => problem.entryLine === null)) return 'Your own operations cannot be read';
  const entries = new Set(problems.map((problem) => problem.entryLine)).size;
  return `${plural(entries, 'of your own operations is', 'of your own operations are')} left out`;
}
