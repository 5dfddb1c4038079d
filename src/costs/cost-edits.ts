// Enters costs by hand, and takes them back: then the computed amount counts again.
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { amountOf, isPriced } from '../cost-store/amounts.ts';
import type { CostRepository, CostRow } from '../cost-store/cost-repository.ts';
import { costActions, costTarget } from './actions.ts';
import { type EnteredCost, findFaults, type GivenCost } from './entered-cost.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  config: Pick<Config, 'currency'>;
  costRepository: CostRepository;
};

export type CostEdits = ReturnType<typeof createCostEdits>;

export function createCostEdits(given: Given) {
  const { audit, bus, costRepository, now, untilFree } = given;

  return {
    /** Gives whether it is new. Throws `invalid_arguments` with all faults. */
    async put(cost: GivenCost, by: Requester): Promise<{ isNew: boolean }> {
      const faults = findFaults(cost, localDay(now()));
      if (faults.length > 0) throw invalidArguments(faults);
      const entered = { ...(cost as EnteredCost), note: String(cost.note).trim() };
      const before = await untilFree(() =>
        costRepository.transaction(() => {
          const stored = costRepository.find(entered.day, entered.item);
          if (isSame(stored, entered)) return stored;
          costRepository.put(toRow(given, entered, stored, by));
          const detail = {
            before: stored && auditedOf(stored),
            after: auditedOf({ ...entered, is_manual: true }),
          };
          audit.record({
            event: costActions.change.name,
            outcome: 'ok',
            by,
            target: costTarget(entered.day, entered.item),
            detail,
          });
          return stored;
        }),
      );
      bus.emit('costs');
      return { isNew: before?.is_manual !== true };
    },

    /** Throws `not_found` when nothing was entered there. */
    async remove({ day, item }: Pick<CostRow, 'day' | 'item'>, by: Requester): Promise<void> {
      await untilFree(() =>
        costRepository.transaction(() => {
          const stored = costRepository.find(day, item);
          if (!stored?.is_manual) throw notEntered(day, item);
          const closed = closedOf(stored);
          if (closed)
            costRepository.put({ ...closed, changed_at: now().toISOString(), changed_by: by.actor });
          else costRepository.remove(day, item);
          const detail = { before: auditedOf(stored), after: closed && auditedOf(closed) };
          audit.record({
            event: costActions.remove.name,
            outcome: 'ok',
            by,
            target: costTarget(day, item),
            detail,
          });
        }),
      );
      bus.emit('costs');
    },
  };
}

/** A closed line keeps its quantity and price, so that its amount can come back. */
function toRow({ config, now }: Given, entered: EnteredCost, stored: CostRow | null, by: Requester): CostRow {
  const { quantity = null, unit_price = null, is_estimate = false } = stored ?? {};
  return {
    ...entered,
    quantity,
    unit_price,
    is_estimate,
    currency: config.currency || null,
    is_manual: true,
    changed_at: now().toISOString(),
    changed_by: by.actor,
  };
}

/** Null for a line that was entered before its day was closed. */
function closedOf(stored: CostRow): CostRow | null {
  const { item, quantity, unit_price } = stored;
  if (quantity === null || !isPriced(item)) return null;
  return { ...stored, amount: amountOf(item, quantity, unit_price), is_manual: false, note: null };
}

const auditedOf = ({ amount, note, is_manual }: Pick<CostRow, 'amount' | 'note' | 'is_manual'>) => ({
  amount,
  note,
  is_manual,
});

function isSame(stored: CostRow | null, { amount, note }: EnteredCost): boolean {
  return stored?.is_manual === true && stored.amount === amount && stored.note === note;
}

export function notEntered(day: string, item: string): AppError {
  const what = `${JSON.stringify(item.slice(0, 80))} on ${JSON.stringify(day.slice(0, 80))}`;
  return new AppError('not_found', `No cost was entered for ${what}. GET /api/v1/costs lists all lines.`);
}
