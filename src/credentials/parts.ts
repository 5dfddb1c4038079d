// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { sources } from '../sources/feature.ts';
import { createCredentials } from './credentials.ts';
import { createDescribe } from './describe-credential.ts';
import { createKeyChecks } from './key-checks.ts';
import { createKeysInUse } from './keys-in-use.ts';
import { createKeyRepository } from './repository.ts';
import { createSecretsFolder } from './secrets-folder.ts';

export type CredentialContext = Kernel & ReturnType<typeof createCredentialParts>;

export function createCredentialParts(ctx: Context) {
  const { config, ops, now } = ctx;
  const keys = createKeyRepository(ops);
  const inUse = createKeysInUse(config, keys);
  const secrets = createSecretsFolder(config.root, now);
  const stopping = new AbortController();
  const named = ctx.use(sources).sources;
  const googleSheets = () => named.all().filter(({ kind }) => kind === 'google');
  const runCheck = createKeyChecks({ config, now, googleSheets, signal: stopping.signal });
  const credentials = createCredentials({ ...ctx, keys, inUse, secrets, runCheck });
  const usedBy = (name: string) =>
    name === 'google' ? googleSheets().map((sheet) => sheet.name) : (config.embedding?.model ?? []);
  inUse.apply();
  return {
    credentials,
    secrets,
    describeCredentials: createDescribe({
      keys,
      inUse,
      credentials,
      usedBy: (name) => [usedBy(name)].flat(),
    }),

    tidySecrets: () => secrets.tidy(keys.all().map(({ path }) => path)),
    stop: () => stopping.abort(),
  };
}
