// Webhooks without an app: ops.db with an audit log, a clock that the test moves, and a receiver on loopback.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Test } from 'tap';
import { createAuditRepository } from '../../src/audit/audit-repository.ts';
import { createAudit, systemRequester } from '../../src/core/audit.ts';
import { type Bus, createBus } from '../../src/core/bus.ts';
import { readConfig } from '../../src/core/config.ts';
import { busyLimits, createBusyRetry } from '../../src/core/db/busy-retry.ts';
import type { Db } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createServerLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { createWebhookRepository, type Webhook } from '../../src/webhook-store/webhook-repository.ts';
import type { Target } from '../../src/webhook-store/target.ts';
import { createAttempt } from '../../src/webhooks/attempt.ts';
import type { Attempt, Delivery } from '../../src/webhooks/delivery.ts';
import { createDeliveryList } from '../../src/webhooks/delivery-list-repository.ts';
import { createDeliveryRepository } from '../../src/webhooks/delivery-repository.ts';
import { createEventBody } from '../../src/webhooks/event-body.ts';
import { post } from '../../src/webhooks/post.ts';
import { createPostToAny } from '../../src/webhooks/post-to-any.ts';
import { createRecordAttempt } from '../../src/webhooks/record-attempt.ts';
import { createSender } from '../../src/webhooks/sender.ts';
import { makeFolder } from './folder.ts';
import { webhookRow } from './webhooks.ts';

/** `random`: no jitter. */
export function openWebhooks(t: Test) {
  const root = makeFolder(t);
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root }, root);
  const redactor = createRedactor(config);
  const ops = prepareOps(path.join(root, 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { at: new Date('2026-11-30T12:00:00.000Z') };
  const now = () => clock.at;
  const bus = createBus();
  const audit = createAudit(ops, now, redactor, bus, t.error);
  const auditRepository = createAuditRepository(ops);
  const ownAddress = () => ({ host: '127.0.0.1', port: 2900 });
  const { log } = createServerLog('silent', redactor);
  return {
    config,
    redactor,
    ops,
    now,
    bus,
    audit,
    log,
    untilFree: createBusyRetry(busyLimits.request),
    auditRepository,
    webhookRepository: createWebhookRepository(ops),
    deliveryRepository: createDeliveryRepository(ops),
    deliveryList: createDeliveryList(ops),
    eventBody: createEventBody({ auditRepository, config, redactor, ownAddress }),
    random: () => 0.5,
    retryMs: 5000,
    pass(ms: number) {
      clock.at = new Date(clock.at.getTime() + ms);
    },
    /** Adds a row to the audit log, and gives its id. */
    record(event: string, detail: Record<string, unknown> = {}, target: string | null = null): number {
      audit.record({ event, outcome: 'ok', by: systemRequester, detail, target });
      return ops.prepare('SELECT max(id) FROM audit').pluck().get() as number;
    },
  };
}

/** Writes the row of a webhook. */
export function addWebhook(ops: Db, name: string, given: Partial<Webhook> = {}) {
  createWebhookRepository(ops).put(webhookRow(name, given));
}

export type Received = { url: string; headers: http.IncomingHttpHeaders; body: string };
type Responder = (received: Received, response: http.ServerResponse) => void;

/** Answers with 200 unless `respond` is replaced. */
export async function startReceiver(t: Test) {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const ok: Responder = (_one, response) => void response.end();
  const receiver = {
    received,
    respond: ok,
    url: '',
    /** Resolves when so many requests have come. */
    async got(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
      return received;
    },
  };
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const one = { url: request.url ?? '', headers: request.headers, body };
      received.push(one);
      receiver.respond(one, response);
      for (const resolve of waiting) resolve();
      waiting.clear();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

export const loopback = async (url: string): Promise<Target> => ({
  url: new URL(url),
  address: '127.0.0.1',
  family: 4,
  others: [],
});

/** Nothing is sent before `sender.start`. */
export async function openSender(
  t: Test,
  { resolveTarget = loopback, maxMs = 5000, secrets = ['one', 'two'] } = {},
) {
  const kit = openWebhooks(t);
  const receiver = await startReceiver(t);
  addWebhook(kit.ops, 'ci', { url: receiver.url });
  const switchedOff: string[][] = [];
  const sign = (
    { id, timestamp, body }: { id: string; timestamp: number; body: string },
    all: readonly string[],
  ) => all.map((secret) => `${secret} ${id} ${timestamp} ${body.length}`).join(', ');
  const attempt = {
    webhookSecrets: { read: () => secrets },
    resolveTarget,
    sign,
    post: createPostToAny(post),
    maxMs,
  };
  const recordAttempt = createRecordAttempt({
    ...kit,
    async switchOff(name, why) {
      kit.ops.prepare('UPDATE webhook SET is_on = 0 WHERE name = ?').run(name);
      switchedOff.push([name, why]);
    },
  });
  const tryDelivery = createAttempt({ ...kit, ...attempt });
  const sender = createSender({
    ...kit,
    tryDelivery,
    recordAttempt,
    onTried: () => void kit.bus.emit('deliveries'),
  });
  t.teardown(() => sender.stop(0));
  let audited = 0;
  const add = (webhook = 'ci', body = '{"type":"job.finished"}') => {
    const given = { webhook, audit_id: ++audited, event: 'job.finished', target: 'job:7', body };
    return kit.deliveryRepository.add(given, kit.now().toISOString()) as number;
  };
  const find = (id: number) => kit.deliveryList.find(id) as Delivery & { last: Attempt | null };
  /** Sends what is due by now, and resolves when the delivery was tried so often. */
  const sendUntil = async (id: number, attempts: number) => {
    sender.start();
    while (find(id).attempts < attempts) await whenTried(kit.bus);
    return find(id);
  };
  return { ...kit, receiver, switchedOff, sender, add, find, sendUntil };
}

/** Resolves after the next attempt. */
export const whenTried = (bus: Bus) => new Promise<void>((resolve) => bus.once('deliveries', resolve));
