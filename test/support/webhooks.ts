// The store of webhooks on a new ops.db, with a clock that the test controls.
import fs from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createWebhookRepository, type Webhook } from '../../src/webhook-store/webhook-repository.ts';
import { createWebhookSecrets } from '../../src/webhook-store/webhook-secrets.ts';
import { makeFolder } from './folder.ts';

export const startedAt = '2026-11-30T12:00:00.000Z';
export const hourMs = 3_600_000;

export function openWebhookStore(t: Test) {
  const root = makeFolder(t);
  const ops = prepareOps(path.join(root, 'ops.db'));
  t.teardown(() => ops.close());
  const clock = { ms: Date.parse(startedAt) };
  const now = () => new Date(clock.ms);
  const webhookRepository = createWebhookRepository(ops);
  const secrets = () => createWebhookSecrets({ root, webhookRepository, now });
  const folder = path.join(root, 'secrets');
  return {
    root,
    ops,
    clock,
    now,
    webhookRepository,
    webhookSecrets: secrets(),
    folder,
    files: () => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []),
  };
}

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
