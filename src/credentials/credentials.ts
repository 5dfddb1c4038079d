// Takes, checks and removes credentials. The file in use is replaced only when the new one has passed its check. Each change and
// each refusal leaves an audit row, without the content of a file.
import type { Requester } from '../core/audit.ts';
import { assertConfirmed } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import { credentialActions } from './actions.ts';
import { type Credential, credentialList } from './credential-list.ts';
import type { CheckKey } from './key-checks.ts';
import { acceptKey, type KeyFile, readKeyFile, readUsedKeyFile, registerKeyFile } from './key-file.ts';
import type { KeyStore } from './key-store.ts';
import type { KeyTurns } from './key-turns.ts';
import type { KeysInUse } from './keys-in-use.ts';
import type { StoredKey } from './repository.ts';
import type { SecretsFolder } from './secrets-folder.ts';

type Given = {
  store: KeyStore;
  turns: KeyTurns;
  inUse: KeysInUse;
  secrets: Pick<SecretsFolder, 'keep'>;
  checkKey: CheckKey;
  now: () => Date;
};

export function createCredentials(given: Given) {
  const { inUse, secrets, store, turns } = given;
  const { change, check, remove } = credentialActions;

  return {
    /** Uses the file at a path, which stays where it is, when it has passed its check. Throws `not_found`, `invalid_arguments`,
     *  `set_by_environment`. */
    register: (name: string, path: string, by: Requester) =>
      set(name, 'path', by, async (credential) => {
        const key = registerKeyFile(credential.kind, path);
        inUse.assertFree(credential);
        return key;
      }),

    /** Does the same with a file that was received into the folder of secrets; the caller removes it if it is still there. */
    receive: (name: string, received: string, shown: string, by: Requester) =>
      set(name, 'file', by, async (credential) => {
        const { kind } = credential;
        acceptKey(readKeyFile(kind, received, shown), 'file');
        inUse.assertFree(credential);
        return acceptKey(readKeyFile(kind, await secrets.keep(received, name, kind)), 'file');
      }),

    /** Checks the file that waits, which is used from then on if it passes; else the one in use. Throws `not_found`,
     *  `wrong_state`, `stopping`. */
    async check(name: string, by: Requester): Promise<void> {
      const credential = findCredential(name);
      await turns.take(name, async () => {
        if (await checkWaiting(given, credential, by)) return;
        await store.refusals(check.name, credential, by, () => checkUsed(given, credential, by));
      });
    },

    /** Removes the file in use and the one that waits; registered ones stay where they are. Throws `not_found`,
     *  `confirmation_required`, `set_by_environment`, `wrong_state`. */
    async remove(name: string, reason: string, by: Requester): Promise<void> {
      const credential = findCredential(name);
      await store.refusals(remove.name, credential, by, () =>
        // A check under way would store the key again.
        turns.take(name, async () => {
          assertConfirmed({ reason }, null);
          inUse.assertFree(credential);
          if (!store.find(name, 'saved')) throw notSet(credential);
          await store.remove(credential, reason, by);
        }),
      );
    },
  };

  /** `field`: names the file in problems. `read`: also refuses a credential that the environment names. */
  async function set(
    name: string,
    field: string,
    by: Requester,
    read: (credential: Credential) => Promise<KeyFile>,
  ) {
    const credential = findCredential(name);
    await store.refusals(change.name, credential, by, () =>
      turns.take(name, async () => {
        await use(given, credential, { key: await read(credential), field, by });
      }),
    );
  }
}

type Taken = { key: KeyFile; field: string; by: Requester };

/** A key that cannot be checked now waits, if another one serves. Throws for one that its service refuses. */
async function use({ store, checkKey, now }: Given, credential: Credential, { key, field, by }: Taken) {
  const { name, kind } = credential;
  const { path, sha256, mode } = key;
  const discard = (error: unknown) => {
    store.discard(path);
    throw error;
  };
  const { check, isRefused } = await checkKey(credential, key).catch(discard);
  if (isRefused) {
    const message = `${check.text} The new key is not used.`;
    discard(new AppError('invalid_arguments', message, { problems: [{ field, message }] }));
  }
  const saved = store.find(name, 'saved');
  const hasOther = saved !== null && saved.path !== path && !('problem' in readKeyFile(kind, saved.path));
  const slot = check.status === 'error' && hasOther ? 'next' : 'saved';
  const made = { changed_at: now().toISOString(), changed_by: by.actor };
  await store.put({ name, slot, path, kind, sha256, mode, ...made, check }, by);
}

/** Whether the file that waited is in use now. */
async function checkWaiting({ store, checkKey, inUse }: Given, credential: Credential, by: Requester) {
  const next = inUse.isLocked(credential) ? null : store.find(credential.name, 'next');
  if (!next) return false;
  const read = readKeyFile(credential.kind, next.path);
  const { check } = await checkKey(credential, read);
  const isPassed = check.status !== 'error';
  const checked = { ...next, ...('problem' in read ? {} : factsOf(read)), check };
  if (isPassed) await store.put({ ...checked, slot: 'saved' }, by);
  else await store.note(checked, check, by);
  return isPassed;
}

async function checkUsed({ store, checkKey, inUse }: Given, credential: Credential, by: Requester) {
  const { name, kind } = credential;
  const file = inUse.fileOf(credential);
  if (file === null && kind === 'service_account') throw notSet(credential);
  const read = file === null ? null : readUsedKeyFile(kind, file);
  const { check } = await checkKey(credential, read);
  const saved = inUse.isLocked(credential) ? null : store.find(name, 'saved');
  const facts = read === null || 'problem' in read ? {} : factsOf(read);
  const made = { changed_at: check.checked_at, changed_by: by.actor };
  const unsaved: StoredKey = {
    name,
    slot: 'environment',
    kind,
    path: file ?? '',
    ...unknown,
    ...made,
    check,
  };
  await store.note({ ...(saved ?? unsaved), ...facts }, check, by);
}

const unknown = { sha256: '', mode: 0 };

function factsOf({ sha256, mode }: KeyFile) {
  return { sha256, mode };
}

/** Throws `not_found`, which lists the known names. */
export function findCredential(name: string): Credential {
  const found = credentialList.find((one) => one.name === name);
  if (found) return found;
  const known = credentialList.map((one) => one.name).join(', ');
  const asked = JSON.stringify(name.slice(0, 80));
  throw new AppError('not_found', `There is no credential ${asked}. Known: ${known}.`);
}

function notSet({ title }: Credential): AppError {
  return new AppError('wrong_state', `${title}: no key is set. Upload one, or register its path.`);
}
