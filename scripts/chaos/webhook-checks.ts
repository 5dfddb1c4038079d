// The invariants of webhooks in a chaos run. Pure: each compares the rows of the server with the requests of the receiver.
import type { DeliveryState } from './delivery-facts-repository.ts';
import type { Receipt } from './webhook-receiver.ts';

type Receipts = ReadonlyMap<string, Receipt>;
/** Attempts of deliveries that have arrived, as an earlier start showed them. */
export type Arrived = Map<number, number>;

const idOf = (auditId: number) => `evt_${auditId}`;

/** At any time. Adds to `arrived`. */
export function findDeliveryProblems(
  { events, deliveries }: DeliveryState,
  receipts: Receipts,
  arrived: Arrived,
): string[] {
  const problems: string[] = [];
  const rows = new Set(events.map(({ id }) => id));
  const byId = new Map(deliveries.map((one) => [one.id, one]));
  for (const [id, attempts] of arrived) {
    const now = byId.get(id);
    if (now?.status !== 'delivered' || now.attempts < attempts)
      problems.push(
        `delivery ${id} had arrived, and is now ${now ? `${now.status}, attempt ${now.attempts}` : 'gone'}`,
      );
  }
  for (const { id, audit_id, status, attempts, body } of deliveries) {
    if (!rows.has(audit_id)) problems.push(`delivery ${id} is of row ${audit_id}, which is no such event`);
    const receipt = receipts.get(idOf(audit_id));
    if (receipt && !receipt.bodies.has(body)) problems.push(`delivery ${id} has another text than was sent`);
    if (status === 'failed') problems.push(`delivery ${id} has failed after ${attempts} attempts`);
    if (status !== 'delivered') continue;
    arrived.set(id, attempts);
    if (!receipt?.taken) problems.push(`delivery ${id} is said to have arrived, but has not`);
  }
  for (const [id, { bodies }] of receipts)
    if (bodies.size > 1) problems.push(`${id} came with ${bodies.size} texts`);
  return problems;
}

/** Runs after all is quiet. `numbers`: the events that the server has acknowledged. */
export function findLostEvents(
  { events, deliveries }: DeliveryState,
  receipts: Receipts,
  numbers: readonly number[],
): string[] {
  const problems: string[] = [];
  const deliveriesOf = countEach(deliveries.map(({ audit_id }) => audit_id));
  const rowsOf = countEach(events.flatMap(({ n }) => n ?? []));
  for (const n of numbers) if (rowsOf(n) !== 1) problems.push(`event ${n} has ${rowsOf(n)} rows`);
  for (const { id } of events) {
    if (deliveriesOf(id) !== 1) problems.push(`row ${id} has ${deliveriesOf(id)} deliveries`);
    if (!receipts.get(idOf(id))?.taken) problems.push(`row ${id} has not arrived`);
  }
  return [
    ...problems,
    ...findSecondIds(
      events.map(({ id }) => idOf(id)),
      receipts,
    ),
  ];
}

/** Each text names its id and the number of its event; an event with two ids would be done twice by a receiver. */
function findSecondIds(known: readonly string[], receipts: Receipts): string[] {
  const problems: string[] = [];
  const ids = new Set(known);
  const idOfNumber = new Map<number, string>();
  for (const [id, { bodies }] of receipts) {
    if (!ids.has(id)) problems.push(`${id} is of no row`);
    for (const body of bodies) {
      const { data } = JSON.parse(body) as { data: { id: string; detail: { after?: { amount: number } } } };
      if (data.id !== id) problems.push(`${id} says that it is ${data.id}`);
      const n = data.detail.after?.amount;
      if (n === undefined) continue;
      const other = idOfNumber.get(n) ?? id;
      idOfNumber.set(n, other);
      if (other !== id) problems.push(`event ${n} came as ${other} and as ${id}`);
    }
  }
  return problems;
}

function countEach(all: readonly number[]): (one: number) => number {
  const counts = new Map<number, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return (one) => counts.get(one) ?? 0;
}
