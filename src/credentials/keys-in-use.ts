// Chooses the file of each credential. The environment takes precedence, and locks a credential that it names.
import type { Config } from '../core/config.ts';
import { type SettingState, settingStates, useKeyFile } from '../core/settings/in-use.ts';
import { isLocked, setByEnvironment } from '../core/settings/locked.ts';
import { type Credential, credentialList } from './credential-list.ts';
import type { KeyRepository } from './repository.ts';

export type KeysInUse = ReturnType<typeof createKeysInUse>;

export function createKeysInUse(config: Config, keys: Pick<KeyRepository, 'find'>) {
  /** The setting, if a variable names the file; else null. */
  const lockOf = ({ name }: Credential): SettingState | null =>
    settingStates(config).find((state) => state.setting.credential === name && isLocked(state)) ?? null;
  const namedFile = (credential: Credential): string | null => {
    const lock = lockOf(credential);
    return lock && String(lock.value);
  };

  return {
    isLocked: (credential: Credential) => lockOf(credential) !== null,

    /** Throws `set_by_environment`, which names the variable. */
    assertFree(credential: Credential) {
      const lock = lockOf(credential);
      if (lock) throw setByEnvironment(lock, credential.title);
    },

    /** The file that the environment names, or else the saved one; it may not be usable. Null without either. */
    fileOf: (credential: Credential) =>
      namedFile(credential) ?? keys.find(credential.name, 'saved')?.path ?? null,

    /** Puts the saved files into the settings of this process. Each user of a file first checks its mode. */
    apply() {
      for (const { name } of credentialList) useKeyFile(config, name, keys.find(name, 'saved')?.path ?? null);
    },
  };
}
