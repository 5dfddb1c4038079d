// Keeps which files the credentials are: record, audit row, the settings of this process, and the uploads that are replaced.
import type { Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Credential } from './credential-list.ts';
import { createKeyAudit } from './key-audit.ts';
import type { KeysInUse } from './keys-in-use.ts';
import type { KeyCheck, KeyRepository, StoredKey } from './repository.ts';
import type { SecretsFolder } from './secrets-folder.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree'> & {
  keys: KeyRepository;
  inUse: KeysInUse;
  secrets: SecretsFolder;
};

export type KeyStore = ReturnType<typeof createKeyStore>;

export function createKeyStore({ audit, bus, untilFree, keys, inUse, secrets }: Given) {
  const auditing = createKeyAudit({ audit });
  const filesOf = (name: string) =>
    (['saved', 'next'] as const).flatMap((slot) => keys.find(name, slot) ?? []);
  /** The file in use is a setting, too. */
  const emitChange = () => {
    bus.emit('settings');
    bus.emit('credentials');
  };
  const change = (work: () => void) => untilFree(() => keys.transaction(work));

  return {
    refusals: auditing.refusals,
    find: keys.find,
    discard: secrets.discard,

    /** Uses a file from now on, or lets it wait. */
    async put(key: StoredKey, by: Requester) {
      const former = filesOf(key.name).filter(({ slot }) => key.slot === 'saved' || slot === 'next');
      await change(() => {
        auditing.changed(key, keys.find(key.name, 'saved'), by);
        keys.put(key);
        if (key.slot === 'saved') keys.remove(key.name, 'next');
      });
      inUse.apply();
      for (const { path } of former) if (path !== key.path) secrets.discard(path);
      emitChange();
    },

    /** Keeps what a check has found of a file, whose slot stays. */
    async note(key: StoredKey, check: KeyCheck, by: Requester) {
      await change(() => {
        keys.put({ ...key, check });
        auditing.checked(key, check, by);
      });
      emitChange();
    },

    async remove(credential: Credential, reason: string, by: Requester) {
      const { name } = credential;
      const former = filesOf(name);
      await change(() => {
        for (const slot of ['saved', 'next', 'environment'] as const) keys.remove(name, slot);
        auditing.removed(credential, reason, by);
      });
      inUse.apply();
      for (const { path } of former) secrets.discard(path);
      emitChange();
    },
  };
}
