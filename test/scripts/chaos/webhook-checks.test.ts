// Plants each violation that the chaos of webhooks looks for, and expects it to be detected.
import t from 'tap';
import type { DeliveryState } from '../../../scripts/chaos/delivery-facts-repository.ts';
import { findDeliveryProblems, findLostEvents } from '../../../scripts/chaos/webhook-checks.ts';
import type { Receipt } from '../../../scripts/chaos/webhook-receiver.ts';

const bodyOf = (id: string, n: number) => JSON.stringify({ data: { id, detail: { after: { amount: n } } } });
const delivery = (id: number, audit_id: number, status = 'delivered') => ({
  id,
  audit_id,
  status,
  attempts: 1,
  body: bodyOf(`evt_${audit_id}`, id),
});
const receipt = (...bodies: string[]): Receipt => ({
  bodies: new Set(bodies),
  requests: 2,
  taken: 1,
  errors: 0,
});

function sound() {
  const events = [
    { id: 11, n: 1 },
    { id: 12, n: 2 },
    { id: 13, n: null },
  ];
  const deliveries = [delivery(1, 11), delivery(2, 12), delivery(3, 13)];
  const receipts = new Map(
    deliveries.map(({ audit_id, body }) => [`evt_${audit_id}`, receipt(body)] as const),
  );
  return { state: { events, deliveries } as DeliveryState, receipts };
}

t.test('a sound state has no problems', async (t) => {
  const { state, receipts } = sound();
  t.same(findDeliveryProblems(state, receipts, new Map()), []);
  t.same(findLostEvents(state, receipts, [1, 2]), []);
});

t.test('what had arrived and is gone, or is said to have arrived, is found', async (t) => {
  const { state, receipts } = sound();
  t.match(findDeliveryProblems(state, receipts, new Map([[9, 1]])), [
    /delivery 9 had arrived, and is now gone/,
  ]);
  t.match(findDeliveryProblems(state, receipts, new Map([[1, 2]])), [/is now delivered, attempt 1/]);
  receipts.delete('evt_11');
  t.match(findDeliveryProblems(state, receipts, new Map()), [
    /delivery 1 is said to have arrived, but has not/,
  ]);
});

t.test('other texts and other rows are found', async (t) => {
  const { state, receipts } = sound();
  receipts.set('evt_12', receipt(bodyOf('evt_12', 2), 'other'));
  state.deliveries.push(delivery(4, 99, 'failed'));
  t.match(findDeliveryProblems(state, receipts, new Map()), [
    /delivery 4 is of row 99, which is no such event/,
    /delivery 4 has failed after 1 attempts/,
    /evt_12 came with 2 texts/,
  ]);
});

t.test('lost events, second deliveries and second ids are found', async (t) => {
  const { state, receipts } = sound();
  state.deliveries.push(delivery(4, 11));
  receipts.delete('evt_13');
  receipts.set('evt_14', receipt(bodyOf('evt_14', 1)));
  t.match(findLostEvents(state, receipts, [1, 2, 3]), [
    /event 3 has 0 rows/,
    /row 11 has 2 deliveries/,
    /row 13 has not arrived/,
    /evt_14 is of no row/,
    /event 1 came as evt_11 and as evt_14/,
  ]);
});
