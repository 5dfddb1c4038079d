// Enters costs by hand, and takes them back: then the computed amount counts again.
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import { assertUnchanged } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import { formatDay, localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { CostRepository, CostRow } from '../cost-store/cost-repository.ts';
import { costActions, costTarget } from './actions.ts';
import { titleOfItem } from './describe-costs.ts';
import { editsOf, type EnteredCost, findFaults, type GivenCost, type ShownCost } from './entered-cost.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  config: Pick<Config, 'currency'>;
  costRepository: CostRepository;
};

/** `shown`: the values in the editor, so that no newer value is replaced. `mustBeNew` refuses a line that is there already. */
type How = { shown?: ShownCost; mustBeNew?: boolean };

export function createCostEdits({ audit, bus, config, costRepository, now, untilFree }: Given) {
  return {
    /** Gives whether it is new. Throws `invalid_arguments` with all faults, `edit_conflict`. */
    async put(cost: GivenCost, by: Requester, how: How = {}): Promise<{ isNew: boolean }> {
      const faults = findFaults(cost, localDay(now()));
      if (faults.length > 0) throw invalidArguments(faults);
      const row = toRow({ ...(cost as EnteredCost), note: String(cost.note).trim() }, by);
      const { day, item } = row;
      const before = await untilFree(() =>
        costRepository.transaction(() => {
          const entered = costRepository.findManual(day, item);
          if (entered && how.mustBeNew) throw invalidArguments([thereAlready(day, item)]);
          assertUnchanged(editsOf(row, entered, how.shown), now());
          if (entered && isSame(entered, row)) return entered;
          costRepository.put(row);
          const stored = entered ?? costRepository.findClosed(day, item);
          record(costActions.change.name, { day, item }, by, { before: stored, after: row });
          return entered;
        }),
      );
      bus.emit('costs');
      return { isNew: before === null };
    },

    /** Throws `not_found` when nothing was entered there. */
    async remove({ day, item }: Pick<CostRow, 'day' | 'item'>, by: Requester): Promise<void> {
      await untilFree(() =>
        costRepository.transaction(() => {
          const entered = costRepository.findManual(day, item);
          if (!entered) throw notEntered(day, item);
          costRepository.remove(day, item);
          const closed = costRepository.findClosed(day, item);
          record(costActions.remove.name, { day, item }, by, { before: entered, after: closed });
        }),
      );
      bus.emit('costs');
    },
  };

  function toRow(entered: EnteredCost, by: Requester): CostRow {
    return {
      ...entered,
      quantity: null,
      unit_price: null,
      is_estimate: false,
      currency: config.currency || null,
      is_manual: true,
      changed_at: now().toISOString(),
      changed_by: by.actor,
    };
  }

  function record(
    event: string,
    { day, item }: Pick<CostRow, 'day' | 'item'>,
    by: Requester,
    { before, after }: { before: CostRow | null; after: CostRow | null },
  ) {
    const detail = { before: before && auditedOf(before), after: after && auditedOf(after) };
    audit.record({ event, outcome: 'ok', by, target: costTarget(day, item), detail });
  }
}

const auditedOf = ({ amount, currency, note, is_manual }: CostRow) => ({ amount, currency, note, is_manual });

const isSame = (stored: CostRow, { amount, currency, note }: CostRow): boolean =>
  stored.amount === amount && stored.currency === currency && stored.note === note;

const thereAlready = (day: string, item: string) => ({
  field: 'item',
  message: `There is a line ${titleOfItem(item)} on ${formatDay(day)}: change it.`,
});

export function notEntered(day: string, item: string): AppError {
  const what = `${JSON.stringify(item.slice(0, 80))} on ${JSON.stringify(day.slice(0, 80))}`;
  return new AppError('not_found', `No cost was entered for ${what}. GET /api/v1/costs lists all lines.`);
}
