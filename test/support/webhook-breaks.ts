// Breaks of webhooks: one of which the secret is gone, one that reaches nobody, and one that the server has switched off.
import fs from 'node:fs';
import path from 'node:path';
import { webhooks } from '../../src/webhooks/feature.ts';
import type { TestApp } from './app.ts';
import type { Break } from './break.ts';
import { operator } from './engine.ts';

export function breaksOfWebhooks(app: TestApp): Break[] {
  const { webhookEdits, webhookRepository } = app.use(webhooks);
  const breakOf = (name: string, title: string, spoil: () => unknown): Break => ({
    check: 'webhooks',
    component: `webhook:${name}`,
    title,
    async apply() {
      const value = { url: 'http://127.0.0.1:9/hook', events: ['flags.change'], is_on: true };
      await webhookEdits.save(name, value, operator);
      await spoil();
      return () => webhookEdits.remove(name, operator);
    },
  });
  const addFailures = app.ops.prepare(`
    INSERT INTO webhook_attempt (delivery, webhook, n, at, ms, error)
    SELECT d.id, webhook, value, created_at, 1, 'It answered 500.' FROM webhook_delivery AS d, json_each('[1,2,3,4,5]') WHERE webhook = ?
  `);
  return [
    breakOf('mute', 'The secret of the webhook mute is missing', () =>
      fs.rmSync(path.join(app.config.root, 'secrets/webhook-mute')),
    ),
    breakOf('lost', 'The webhook lost delivers nothing', () => {
      const at = new Date().toISOString();
      app.ops
        .prepare(`
          INSERT INTO webhook_delivery (webhook, audit_id, event, body, status, created_at)
          VALUES ('lost', 1, 'flag.changed', '{}', 'failed', ?)
        `)
        .run(at);
      addFailures.run('lost');
      webhookRepository.setFailingSince('lost', at);
    }),
    breakOf('gone', 'The server has switched off the webhook gone', () =>
      webhookEdits.switchOff('gone', 'It answered 410.'),
    ),
  ];
}
