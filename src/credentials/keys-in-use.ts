// Applies saved credentials to the settings of this process. The environment wins: what it names is locked.
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { type Credential, credentialList } from './credential-list.ts';
import { readKeyFile } from './key-file.ts';
import type { KeyRepository } from './repository.ts';

export type KeysInUse = ReturnType<typeof createKeysInUse>;

/** To be created before a saved file is applied: until then the settings hold what the environment names. */
export function createKeysInUse(config: Config, keys: Pick<KeyRepository, 'find'>) {
  const named = new Map(credentialList.map((one) => [one.name, one.fileIn(config)]));
  const isLocked = ({ name }: Credential) => named.get(name) !== null;

  return {
    isLocked,

    /** Throws `set_by_environment`, which names the variable. */
    assertFree(credential: Credential) {
      if (!isLocked(credential)) return;
      const { variable } = credential;
      const message = `The key is set by ${variable} in the environment. Change it there and restart, or unset it first.`;
      throw new AppError('set_by_environment', message, { variable });
    },

    /** The file that the environment names, or else the saved one; it may not be usable. Null without either. */
    fileOf: ({ name }: Credential) => named.get(name) ?? keys.find(name, 'saved')?.path ?? null,

    /** Puts the saved files into the settings, but for those that cannot be used: with them every script would be refused. */
    apply() {
      for (const credential of credentialList) {
        if (isLocked(credential)) {
          // Other settings of the service may have been replaced.
          credential.use(config, named.get(credential.name) ?? null);
          continue;
        }
        const file = keys.find(credential.name, 'saved')?.path ?? null;
        const isUsable = file !== null && !('problem' in readKeyFile(credential.kind, file));
        credential.use(config, isUsable ? file : null);
      }
    },
  };
}
