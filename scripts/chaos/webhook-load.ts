// Makes the events of the chaos of webhooks through the API: costs with consecutive amounts, each a row of the audit log. One that
// a kill has cut off is entered again. If the server had stored it before, this adds a row that says so, without an amount.
import { setTimeout as after } from 'node:timers/promises';
import { localDay } from '../../src/core/format.ts';
import type { Random } from '../random.ts';

export type WebhookLoad = ReturnType<typeof createWebhookLoad>;

const webhook = 'chaos';
const clients = 2;
const pauseMaxMs = 20;

export function createWebhookLoad(events: number, random: Random) {
  const waiting = Array.from({ length: events }, (_, index) => index + 1);
  const acknowledged: number[] = [];
  const problems: string[] = [];
  const day = localDay(new Date());

  return {
    problems,
    left: () => waiting.length,
    /** The numbers of the events that the server has answered. */
    acknowledged: () => acknowledged,

    /** Makes so many, or as many as it can until `isOver`. */
    async run(url: string, count: number, isOver: () => boolean) {
      let left = count;
      const client = async () => {
        while (left > 0 && !isOver()) {
          left -= 1;
          const n = waiting.shift();
          if (n === undefined) return;
          await enter(url, n);
          await after(random(pauseMaxMs));
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
    },
  };

  async function enter(url: string, n: number) {
    const cost = { amount: n, note: 'chaos of webhooks' };
    const answer = await send(`${url}/api/v1/costs/${day}/other:c-${n}`, 'PUT', cost).catch(() => null);
    if (answer === null) waiting.unshift(n);
    else if (answer.ok) acknowledged.push(n);
    else problems.push(`event ${n} was answered with ${answer.status}`);
  }
}

/** Returns its secret. */
export async function addWebhook(url: string, receiver: string): Promise<string> {
  const given = { url: receiver, events: ['cost.changed'], is_on: true };
  const answer = await send(`${url}/api/v1/webhooks/${webhook}`, 'PUT', given);
  const { secret } = (await answer.json()) as { secret?: string };
  if (answer.status !== 201 || !secret) throw new Error(`The webhook was answered with ${answer.status}.`);
  return secret;
}

/** The ids of all deliveries, the oldest first. */
export async function listDeliveries(url: string): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const more: string = cursor && `&cursor=${cursor}`;
    const answer = await fetch(`${url}/api/v1/webhooks/${webhook}/deliveries?limit=200${more}`);
    const page = (await answer.json()) as { items: { id: number }[]; next_cursor: string | null };
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  return ids.reverse();
}

function send(address: string, method: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(address, { method, headers, body: JSON.stringify(body) });
}
