// The checks of credentials without a server around them.
import type { Check } from '../core/check.ts';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { createSourceRepository } from '../source-store/source-repository.ts';
import { credentialChecks } from './credential-check.ts';
import { createDescribe } from './describe-credential.ts';
import { createKeysInUse } from './keys-in-use.ts';
import { createKeyRepository } from './repository.ts';
import { createSecretsFolder } from './secrets-folder.ts';
import { createUsedBy } from './used-by.ts';

/** Puts the saved keys into `config`, as a server does at its start. */
export function credentialChecksOf(config: Config, ops: Db): Check[] {
  const keys = createKeyRepository(ops);
  const inUse = createKeysInUse(config, keys);
  inUse.apply();
  const usedBy = createUsedBy(config, createSourceRepository(ops));
  const turns = { isBusy: () => false };
  const { isOwn: isUpload } = createSecretsFolder(config.root, () => new Date());
  const describeCredentials = createDescribe({ keys, inUse, turns, usedBy, isUpload });
  return credentialChecks({ config, describeCredentials });
}
