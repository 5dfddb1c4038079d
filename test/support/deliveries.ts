// Webhooks without an app: ops.db with an audit log, a clock that the test moves, and a receiver on loopback.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createAuditRepository } from '../../src/audit/audit-repository.ts';
import { createAudit, systemRequester } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { readConfig } from '../../src/core/config.ts';
import { busyLimits, createBusyRetry } from '../../src/core/db/busy-retry.ts';
import type { Db } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createServerLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { createWebhookRepository } from '../../src/webhook-store/webhook-repository.ts';
import { createDeliveryList } from '../../src/webhooks/delivery-list-repository.ts';
import { createDeliveryRepository } from '../../src/webhooks/delivery-repository.ts';
import { createEventBody } from '../../src/webhooks/event-body.ts';
import { makeFolder } from './folder.ts';

type Teardown = { teardown(work: () => unknown): void };

/** `random`: no jitter. */
export function openWebhooks(t: Teardown, onError: (error: unknown) => void) {
  const root = makeFolder(t);
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root }, root);
  const redactor = createRedactor(config);
  const ops = prepareOps(path.join(root, 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { at: new Date('2026-11-30T12:00:00.000Z') };
  const now = () => clock.at;
  const bus = createBus();
  const audit = createAudit(ops, now, redactor, bus, onError);
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
    auditRepository: createAuditRepository(ops),
    webhookRepository: createWebhookRepository(ops),
    deliveryRepository: createDeliveryRepository(ops),
    deliveryList: createDeliveryList(ops),
    eventBody: createEventBody({ config, redactor, ownAddress: () => ({ host: '127.0.0.1', port: 2900 }) }),
    random: () => 0.5,
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

type Stored = { url?: string; events?: string[]; is_on?: boolean; cursor?: number };

/** Writes the row of a webhook. */
export function addWebhook(ops: Db, name: string, given: Stored = {}) {
  const { url = 'http://127.0.0.1:9/', events = ['*'], is_on: isOn = true, cursor = 0 } = given;
  const at = '2026-11-01T00:00:00.000Z';
  ops
    .prepare(`
      INSERT INTO webhook (name, url, events, is_on, cursor, secret_at, secret_by, created_at, changed_at, changed_by)
      VALUES (?, ?, ?, ?, ?, ?, 'ada', ?, ?, 'ada')
    `)
    .run(name, url, JSON.stringify(events), Number(isOn), cursor, at, at, at);
}

export type Received = { url: string; headers: http.IncomingHttpHeaders; body: string };
type Responder = (received: Received, response: http.ServerResponse) => void;

/** Answers with 200 unless `respond` is replaced. */
export async function startReceiver(t: Teardown) {
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
