// The folder of uploaded keys, `secrets` in the data root, which only this user may open. Its files are named by credential
// and time, and those that no record names are removed at the next start.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type CredentialKind, credentialList } from './credential-list.ts';

export type SecretsFolder = ReturnType<typeof createSecretsFolder>;

const endings: Record<CredentialKind, string> = { service_account: 'json', api_key: 'key' };
const names = credentialList.map(({ name }) => name).join('|');
/** Files that this program has written; a person may have put others here. */
const ownFile = new RegExp(`^(\\.incoming-[0-9a-f]{8}|(${names})-\\d{8}T\\d{6}Z-[0-9a-f]{4}\\.(json|key))$`);

export function createSecretsFolder(root: string, now: () => Date) {
  const folder = path.join(root, 'secrets');

  return {
    /** The path of a file that does not exist yet, for the bytes of an upload. */
    newFile(): string {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      // A folder that was there may be open to others.
      fs.chmodSync(folder, 0o700);
      return path.join(fs.realpathSync(folder), `.incoming-${randomBytes(4).toString('hex')}`);
    },

    /** Gives a received file its lasting name, on the disk; returns the path. */
    async keep(received: string, name: string, kind: CredentialKind): Promise<string> {
      const time = now()
        .toISOString()
        .replace(/[-:]|\.\d+/g, '');
      const file = `${name}-${time}-${randomBytes(2).toString('hex')}.${endings[kind]}`;
      const kept = path.join(path.dirname(received), file);
      await sync(received);
      await fs.promises.rename(received, kept);
      await sync(path.dirname(kept));
      return kept;
    },

    /** Whether this program has written the file; a registered one is not its own. */
    isOwn,

    /** Removes a file if this program has written it; a registered one stays. */
    discard(file: string) {
      if (isOwn(file)) fs.rmSync(file, { force: true });
    },

    /** Removes files that a crash has left: those that are not in `used`. */
    tidy(used: string[]) {
      if (!fs.existsSync(folder)) return;
      for (const name of fs.readdirSync(folder)) {
        const file = path.join(fs.realpathSync(folder), name);
        if (ownFile.test(name) && !used.includes(file)) fs.rmSync(file, { force: true });
      }
    },
  };

  function isOwn(file: string): boolean {
    if (!ownFile.test(path.basename(file)) || !fs.existsSync(folder)) return false;
    return path.dirname(file) === fs.realpathSync(folder);
  }
}

async function sync(fileOrFolder: string) {
  const handle = await fs.promises.open(fileOrFolder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
