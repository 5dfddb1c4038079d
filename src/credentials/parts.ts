// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { embedding } from '../embedding/feature.ts';
import { index } from '../index/feature.ts';
import { settings } from '../settings/feature.ts';
import { sources } from '../sources/feature.ts';
import { workers } from '../workers/feature.ts';
import { createCredentials, findCredential } from './credentials.ts';
import { createDescribe } from './describe-credential.ts';
import { createEmbedder } from './embedder.ts';
import { createEmbedderWatch } from './embedder-watch.ts';
import { createKeyChecks } from './key-checks.ts';
import { createKeyStore } from './key-store.ts';
import { createKeyTurns } from './key-turns.ts';
import { createKeysInUse } from './keys-in-use.ts';
import { createKeyRepository } from './repository.ts';
import { createSecretsFolder } from './secrets-folder.ts';
import { createUsedBy, googleSheetsOf } from './used-by.ts';

export type CredentialContext = Kernel & ReturnType<typeof createCredentialParts>;

export function createCredentialParts(ctx: Context) {
  const { config, ops, now } = ctx;
  const keys = createKeyRepository(ops);
  const inUse = createKeysInUse(config, keys);
  const secrets = createSecretsFolder(config.root, now);
  const stopping = new AbortController();
  const named = ctx.use(sources).sources;
  const googleSheets = () => googleSheetsOf(named);
  const { add: countUsage } = ctx.use(costStore).usage;
  const checkKey = createKeyChecks({ config, now, googleSheets, signal: stopping.signal, countUsage });
  const turns = createKeyTurns(ctx.bus);
  const store = createKeyStore({ ...ctx, keys, inUse, secrets });
  const usedBy = createUsedBy(config, named);
  inUse.apply();
  const { changeEmbedder: changeWorkers } = ctx.use(workers);
  const { liveIndex } = ctx.use(index);
  const { counts } = ctx.use(embedding);
  return {
    counts,
    liveIndex,
    credentials: createCredentials({ store, turns, inUse, secrets, checkKey, now }),
    secrets,
    describeCredentials: createDescribe({ keys, inUse, turns, usedBy, isUpload: secrets.isOwn }),
    embedder: createEmbedder({
      ...ctx,
      countUsage,
      settings: ctx.use(settings).settings,
      counts,
      keyFile: () => inUse.fileOf(findCredential('embedding')),
    }),
    embedderWatch: createEmbedderWatch({
      ...ctx,
      change: () => Promise.all([changeWorkers(), liveIndex.refresh()]),
      onOther: () => keys.forgetChecks('embedding'),
    }),
    tidySecrets: () => secrets.tidy(keys.all().map(({ path }) => path)),
    abortChecks: () => stopping.abort(),
  };
}
