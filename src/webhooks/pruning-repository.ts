// Removes deliveries that have ended, with their attempts. A delivery that waits is only removed when its webhook is gone.
import { type Db, prepareAll } from '../core/db/open.ts';

export type DeliveryPruning = ReturnType<typeof createDeliveryPruning>;

const remove = (ids: string) => ({
  attempts: `DELETE FROM webhook_attempt WHERE delivery IN (${ids})`,
  deliveries: `DELETE FROM webhook_delivery WHERE id IN (${ids})`,
});
const old = remove(`
  SELECT id FROM webhook_delivery INDEXED BY webhook_delivery_created
  WHERE created_at < @before AND next_at IS NULL ORDER BY created_at, id LIMIT @limit
`);
const oldest = remove('SELECT id FROM webhook_delivery WHERE next_at IS NULL ORDER BY id LIMIT @limit');
/** A kill has interrupted the removal of their webhook; they may wait. */
const left = remove(`
  SELECT id FROM webhook_delivery WHERE webhook NOT IN (SELECT name FROM webhook) ORDER BY id LIMIT @limit
`);

const sql = {
  count: 'SELECT count(*) AS n FROM webhook_delivery',
  attemptsOfOld: old.attempts,
  old: old.deliveries,
  attemptsOfOldest: oldest.attempts,
  oldest: oldest.deliveries,
  attemptsOfLeft: left.attempts,
  left: left.deliveries,
};

const attemptsOf = { old: 'attemptsOfOld', oldest: 'attemptsOfOldest', left: 'attemptsOfLeft' } as const;

export function createDeliveryPruning(ops: Db) {
  const statements = prepareAll(ops, sql);
  const both = (kind: keyof typeof attemptsOf, values: object) =>
    ops
      .transaction(() => {
        statements[attemptsOf[kind]].run(values);
        return statements[kind].run(values).changes;
      })
      .immediate();

  return {
    count: () => (statements.count.get() as { n: number }).n,
    /** Each returns how many deliveries were removed. */
    removeOld: (before: string, limit: number) => both('old', { before, limit }),
    removeLeft: (limit: number) => both('left', { limit }),
    removeOldest: (limit: number) => both('oldest', { limit }),
  };
}
