// The badges of runs and steps.
import { formatNumber } from '../../core/format.ts';
import type { TitledRun } from '../runs.ts';

export function badgeOfRun({ outcome, done, total }: Pick<TitledRun, 'outcome' | 'done' | 'total'>) {
  if (outcome === 'done') return { tone: 'ok', icon: 'check', word: 'Done', isQuiet: true };
  if (outcome === 'stopped') return { tone: 'idle', icon: 'slash', word: 'Stopped', isQuiet: true };
  const word = `${formatNumber(done)} of ${formatNumber(total)}`;
  return { tone: 'run', icon: 'half', word, isQuiet: false };
}
