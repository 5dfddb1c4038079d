// Takes, checks and removes credentials. The file in use is replaced only when the new one has passed its check. Each change and
// each refusal leaves an audit row, without the content of a file.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { createTurns } from '../sources/turns.ts';
import { type Credential, credentialList } from './credential-list.ts';
import { createKeyAudit } from './key-audit.ts';
import type { createKeyChecks } from './key-checks.ts';
import { acceptKey, type KeyFile, readKeyFile, registerKeyFile } from './key-file.ts';
import type { KeysInUse } from './keys-in-use.ts';
import type { KeyRepository, Slot, StoredKey } from './repository.ts';
import type { SecretsFolder } from './secrets-folder.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  keys: KeyRepository;
  inUse: KeysInUse;
  secrets: SecretsFolder;
  runCheck: ReturnType<typeof createKeyChecks>;
};

export type Credentials = ReturnType<typeof createCredentials>;

export function createCredentials(given: Given) {
  const { bus, inUse, keys, now, runCheck, secrets, untilFree } = given;
  const auditing = createKeyAudit(given);
  const turns = new Map(credentialList.map(({ name }) => [name, createTurns(1)]));
  const checking = new Map<string, number>();

  return {
    isChecking: (name: string) => (checking.get(name) ?? 0) > 0,

    /** Uses the file at a path, which stays where it is, when it has passed its check. Throws `not_found`, `set_by_environment`,
     *  `invalid_arguments`. */
    register: (name: string, given: string, by: Requester) =>
      change(name, by, 'path', async (credential) => registerKeyFile(credential.kind, given)),

    /** As `register`, for a file that was received into the folder of secrets; it is removed unless it is kept. */
    receive: (name: string, received: string, shown: string, by: Requester) =>
      change(name, by, 'file', async (credential) => {
        acceptKey(readKeyFile(credential.kind, received, shown), 'file');
        const kept = await secrets.keep(received, credential.name, credential.kind);
        return acceptKey(readKeyFile(credential.kind, kept), 'file');
      }),

    /** Throws before an upload is read. */
    async assertMayReceive(name: string, by: Requester) {
      const credential = findCredential(name);
      await auditing.refusals('credential.changed', credential, by, () => inUse.assertFree(credential));
    },

    /** Checks the file that waits, which is used from then on if it passes, or else the one in use. Throws `not_found`,
     *  `wrong_state`, `stopping`. */
    async check(name: string, by: Requester): Promise<void> {
      const credential = findCredential(name);
      await inTurn(credential, async () => {
        const next = inUse.isLocked(credential) ? null : keys.find(name, 'next');
        if (next && (await checkNext(credential, next, by))) return;
        await auditing.refusals('credential.checked', credential, by, () => checkUsed(credential, by));
      });
    },

    /** Removes the saved file and the one that waits; registered files stay where they are. Throws `not_found`,
     *  `set_by_environment`, `wrong_state`, `confirmation_required`. */
    async remove(name: string, reason: string, by: Requester): Promise<void> {
      const credential = findCredential(name);
      await auditing.refusals('credential.removed', credential, by, async () => {
        inUse.assertFree(credential);
        assertReason(reason);
        const files = (['saved', 'next'] as const).flatMap((slot) => keys.find(name, slot)?.path ?? []);
        if (files.length === 0) throw notSet(credential);
        await untilFree(() =>
          keys.transaction(() => {
            for (const slot of ['saved', 'next', 'environment'] as const) keys.remove(name, slot);
            auditing.removed(credential, reason, by);
          }),
        );
        inUse.apply();
        for (const file of files) secrets.discard(file);
      });
      bus.emit('settings');
    },
  };

  /** `field`: names the file in problems. */
  async function change(
    name: string,
    by: Requester,
    field: string,
    read: (credential: Credential) => Promise<KeyFile>,
  ): Promise<Slot> {
    const credential = findCredential(name);
    return auditing.refusals('credential.changed', credential, by, () =>
      inTurn(credential, async () => {
        inUse.assertFree(credential);
        return take(credential, await read(credential), field, by);
      }),
    );
  }

  /** Returns the slot that has the file now. */
  async function take(credential: Credential, key: KeyFile, field: string, by: Requester): Promise<Slot> {
    const { name, kind } = credential;
    const { check, isRefused } = await runCheck(credential, key).catch((error: unknown) => {
      secrets.discard(key.path);
      throw error;
    });
    if (isRefused) {
      secrets.discard(key.path);
      const message = `${check.text} The new key is not used.`;
      throw new AppError('invalid_arguments', message, { problems: [{ field, message }] });
    }
    const waits = check.status === 'error' && hasOtherUsable(credential, key.path);
    const slot = waits ? 'next' : 'saved';
    const { path, sha256, mode } = key;
    const made = { changed_at: now().toISOString(), changed_by: by.actor };
    await keep({ name, slot, path, kind, sha256, mode, ...made, check }, by);
    return slot;
  }

  /** Stores a file in its slot, applies it, and removes the uploads that it replaces. */
  async function keep(key: StoredKey, by: Requester) {
    const { name, slot, path } = key;
    const replaced = (slot === 'saved' ? (['saved', 'next'] as const) : (['next'] as const)).flatMap(
      (one) => keys.find(name, one) ?? [],
    );
    await untilFree(() =>
      keys.transaction(() => {
        auditing.changed(key, keys.find(name, 'saved'), by);
        keys.put(key);
        if (slot === 'saved') keys.remove(name, 'next');
      }),
    );
    inUse.apply();
    for (const old of replaced) if (old.path !== path) secrets.discard(old.path);
    bus.emit('settings');
  }

  /** Whether another file is in use, and may serve until the new one passes. */
  function hasOtherUsable({ name, kind }: Credential, path: string): boolean {
    const saved = keys.find(name, 'saved');
    return saved !== null && saved.path !== path && !('problem' in readKeyFile(kind, saved.path));
  }

  /** Whether the file that waits is in use now. */
  async function checkNext(credential: Credential, next: StoredKey, by: Requester): Promise<boolean> {
    const read = readKeyFile(credential.kind, next.path);
    const { check } = await runCheck(credential, read);
    const isPassed = check.status !== 'error';
    const facts = 'problem' in read ? {} : { sha256: read.sha256, mode: read.mode };
    if (isPassed) await keep({ ...next, ...facts, slot: 'saved', check }, by);
    else await untilFree(() => keys.put({ ...next, ...facts, check }));
    return isPassed;
  }

  async function checkUsed(credential: Credential, by: Requester) {
    const { name, kind } = credential;
    const file = inUse.fileOf(credential);
    if (file === null && kind === 'service_account') throw notSet(credential);
    const read = file === null ? null : readKeyFile(kind, file);
    // A file that was repaired by hand is used from now on.
    inUse.apply();
    const { check } = await runCheck(credential, read);
    const saved = inUse.isLocked(credential) ? null : keys.find(name, 'saved');
    const facts = read === null || 'problem' in read ? unknownFile : read;
    const { sha256, mode } = facts;
    const made = { changed_at: check.checked_at, changed_by: by.actor };
    const key: StoredKey = saved
      ? { ...saved, ...(sha256 ? { sha256, mode } : {}), check }
      : { name, slot: 'environment', kind, path: file ?? '', sha256, mode, ...made, check };
    await untilFree(() =>
      keys.transaction(() => {
        keys.put(key);
        auditing.checked(key, check, by);
      }),
    );
  }

  /** One change or check of a credential at a time. */
  async function inTurn<T>(credential: Credential, work: () => Promise<T>): Promise<T> {
    const { name } = credential;
    const show = (by: number) => {
      checking.set(name, (checking.get(name) ?? 0) + by);
      bus.emit('settings');
    };
    show(1);
    try {
      return await (turns.get(name) ?? createTurns(1)).take(work);
    } finally {
      show(-1);
    }
  }
}

const unknownFile = { sha256: '', mode: 0 };
const reasonMinLength = 5;

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

function assertReason(reason: string) {
  if ([...reason.trim()].length >= reasonMinLength) return;
  const message = `Write a reason of at least ${reasonMinLength} characters. It is kept in the audit log.`;
  throw new AppError('confirmation_required', message, { problems: [{ field: 'reason', message }] });
}
