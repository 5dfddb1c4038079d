// Words for usage that could not be written. Pure.
import { formatNumber } from '../core/format.ts';
import { usageItems } from './usage-item.ts';
import type { UsageRow } from './usage-repository.ts';

/** `lost`: none while the write is tried again. `not counted: Tokens embedded (41,208 tokens)` */
export function describeFate(lost: readonly UsageRow[]): string {
  return lost.length === 0 ? 'tried again' : `not counted: ${lost.map(describeRow).join(', ')}`;
}

function describeRow({ item, quantity }: UsageRow): string {
  const { title, unit } = usageItems.find(({ name }) => name === item) ?? { title: item, unit: '' };
  const unitOf = quantity === 1 && unit === 'entries' ? 'entry' : unit;
  return `${title} (${formatNumber(quantity)} ${unitOf})`;
}
