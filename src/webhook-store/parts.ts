// Builds the objects of the feature from the kernel.
import dns from 'node:dns';
import os from 'node:os';
import type { Context } from '../core/kernel.ts';
import { createWebhookImport } from './import-webhooks.ts';
import { createResolveTarget } from './target.ts';
import { createWebhookEdits } from './webhook-edits.ts';
import { createWebhookRepository } from './webhook-repository.ts';
import { createWebhookSecrets } from './webhook-secrets.ts';

export function createWebhookStoreParts(ctx: Context) {
  const { config, now, ops, ownAddress } = ctx;
  const webhookRepository = createWebhookRepository(ops);
  const webhookSecrets = createWebhookSecrets({ root: config.root, webhookRepository, now });
  const resolveTarget = createResolveTarget({ config, ownAddress, lookup, interfaces });
  const store = { webhookRepository, webhookSecrets, resolveTarget };
  const webhookEdits = createWebhookEdits({ ...ctx, ...store });
  const webhookImport = createWebhookImport({ ...ctx, ...store, webhookEdits });
  return { ...store, webhookEdits, webhookImport };
}

async function lookup(name: string): Promise<string[]> {
  const found = await dns.promises.lookup(name, { all: true });
  return found.map(({ address }) => address);
}

const interfaces = (): string[] =>
  Object.values(os.networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
