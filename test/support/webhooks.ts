// The store of webhooks on a new ops.db, with a clock, names and a listening address that the test controls.
import fs from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import { eventNames } from '../../src/audit/event-words.ts';
import { createAudit, type Requester } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { Kernel } from '../../src/core/kernel.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { createResolveTarget } from '../../src/webhook-store/target.ts';
import { createWebhookEdits } from '../../src/webhook-store/webhook-edits.ts';
import { createWebhookRepository, type Webhook } from '../../src/webhook-store/webhook-repository.ts';
import { createWebhookSecrets } from '../../src/webhook-store/webhook-secrets.ts';
import { makeFolder } from './folder.ts';

export const startedAt = '2026-11-30T12:00:00.000Z';
export const hourMs = 3_600_000;

export type AuditRow = {
  event: string;
  actor: string;
  outcome: string;
  reason: string | null;
  detail: Record<string, unknown>;
};

export function openWebhookStore(t: Test) {
  const root = makeFolder(t);
  const ops = prepareOps(path.join(root, 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { ms: Date.parse(startedAt) };
  const busy = { is: false };
  const now = () => new Date(clock.ms);
  const config = {
    ...readConfig({ CHL_EXPERIENCE_ROOT: root }, root),
    port: 4747,
    webhookHosts: ['hooks.example.org'],
  };
  const bus = createBus();
  const audit = createAudit(ops, now, createRedactor(config), bus, () => {});
  const untilFree: Kernel['untilFree'] = async (work) => {
    if (busy.is) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    return work();
  };
  const webhookRepository = createWebhookRepository(ops);
  const webhookSecrets = createWebhookSecrets({ root, webhookRepository, now });
  const names: Record<string, string[]> = { 'hooks.example.org': ['203.0.113.7'] };
  const resolveTarget = createResolveTarget({
    config,
    ownAddress: () => null,
    lookup: async (name) => names[name] ?? [],
    interfaces: () => [],
  });
  const kernel = { audit, bus, config, eventNames, now, untilFree };
  const store = { webhookRepository, webhookSecrets, resolveTarget };
  const folder = path.join(root, 'secrets');
  return {
    ...kernel,
    ...store,
    root,
    ops,
    clock,
    busy,
    names,
    folder,
    webhookEdits: createWebhookEdits({ ...kernel, ...store }),
    files: () => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []),
    /** The rows of the audit log about webhooks, oldest first. */
    audited(): AuditRow[] {
      const rows = ops.prepare(`SELECT * FROM audit WHERE event LIKE 'webhook.%' ORDER BY id`).all();
      return (rows as (AuditRow & { detail: string })[]).map((row) => ({
        ...row,
        detail: JSON.parse(row.detail),
      }));
    },
  };
}

export const anna: Requester = {
  actor: 'anna',
  role: 'admin',
  peer: '127.0.0.1',
  requestId: null,
  reason: null,
};

export const webhookRow = (name: string, more: Partial<Webhook> = {}): Webhook => ({
  name,
  url: 'http://127.0.0.1:9/hook',
  events: ['*'],
  is_on: true,
  cursor: 0,
  secret_at: startedAt,
  secret_by: 'anna',
  old_secret_until: null,
  failing_since: null,
  off_why: null,
  created_at: startedAt,
  changed_at: startedAt,
  changed_by: 'anna',
  ...more,
});
