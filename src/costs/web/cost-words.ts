// Words and tones of the lines of costs.
import { months } from '../../core/format.ts';
import type { CostLine } from '../../cost-store/cost-lines.ts';

const tones: Record<string, string> = {
  embedding_tokens: 'd1',
  job_cpu_sec: 'd2',
  server_cpu_sec: 'd3',
  disk_bytes: 'd4',
};

export function toneOf({
  item,
  is_manual,
  is_estimate,
}: Pick<CostLine, 'item' | 'is_manual' | 'is_estimate'>): string {
  if (is_manual) return 'hand';
  return `${tones[item] ?? 'd5'}${is_estimate ? ' est' : ''}`;
}

/** `29 Nov` */
export function shortDay(day: string): string {
  const [, month = 1, date = 1] = day.split('-').map(Number);
  return `${date} ${months[month - 1]}`;
}
