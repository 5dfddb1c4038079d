// The secrets of webhooks, each a file in the folder `secrets` that only this user can read: `webhook-NAME`, and
// `webhook-NAME.old` with the one before the last rotation. A new secret waits on the disk as `webhook-NAME.next-TIME` until its
// row is committed, so that a crash leaves either the former secret or the new one, never a row without its secret.
import fs from 'node:fs';
import path from 'node:path';
import { isSecret, newSecret } from './secret.ts';
import type { WebhookRepository } from './webhook-repository.ts';

type Given = { root: string; webhookRepository: Pick<WebhookRepository, 'all' | 'find'>; now: () => Date };

/** `at`: `secret_at` of the row that needs it. */
type Staged = { name: string; at: string };

export type WebhookSecrets = ReturnType<typeof createWebhookSecrets>;

const own = /^webhook-([a-z0-9-]{1,40})(?:\.(old|next-\d{17}))?$/;

export function createWebhookSecrets({ root, webhookRepository, now }: Given) {
  const folder = path.join(root, 'secrets');
  const fileOf = (name: string) => path.join(folder, `webhook-${name}`);
  const oldOf = (name: string) => `${fileOf(name)}.old`;
  const nextOf = ({ name, at }: Staged) => `${fileOf(name)}.next-${at.replace(/\D/g, '')}`;

  return {
    /** The secrets that sign now, the newest first: two for a day after a rotation, none while the file cannot be read. */
    read(name: string): string[] {
      const until = webhookRepository.find(name)?.old_secret_until ?? null;
      const files = isStill(until) ? [fileOf(name), oldOf(name)] : [fileOf(name)];
      if (files.length === 1) removeFile(oldOf(name));
      return files.flatMap((file) => readSecret(file) ?? []);
    },

    /** Makes a secret, and resolves when it is on the disk. */
    async stage(staged: Staged): Promise<string> {
      const secret = newSecret();
      await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
      // A folder that was there may be open to others.
      await fs.promises.chmod(folder, 0o700);
      await write(nextOf(staged), `${secret}\n`);
      await sync(folder);
      return secret;
    },

    /** Uses a staged secret, after its row is committed. `keepsOld`: the former one signs, too. */
    async adopt(staged: Staged, keepsOld: boolean) {
      adopt(staged, keepsOld);
      await sync(folder);
    },

    /** Removes a staged secret whose row was not committed. */
    discard: (staged: Staged) => removeFile(nextOf(staged)),

    /** Removes all secrets of a webhook whose row is gone. */
    remove: (name: string) => [fileOf(name), oldOf(name)].forEach(removeFile),

    /** Finishes what a crash has interrupted: uses secrets whose row is committed, removes those without a row. */
    recover() {
      const rows = new Map(webhookRepository.all().map((webhook) => [webhook.name, webhook]));
      for (const file of list(folder)) {
        const [, name = '', kind] = own.exec(file) ?? [];
        if (name === '') continue;
        const row = rows.get(name);
        const staged = { name, at: row?.secret_at ?? '' };
        const isNext = kind?.startsWith('next-');
        if (row && isNext && path.basename(nextOf(staged)) === file)
          adopt(staged, isStill(row.old_secret_until));
        else if (!row || isNext || (kind === 'old' && !isStill(row.old_secret_until)))
          removeFile(path.join(folder, file));
      }
    },
  };

  function adopt(staged: Staged, keepsOld: boolean) {
    const [file, old, next] = [fileOf(staged.name), oldOf(staged.name), nextOf(staged)];
    if (!keepsOld) removeFile(old);
    else if (fs.existsSync(file)) fs.renameSync(file, old);
    fs.renameSync(next, file);
  }

  function isStill(until: string | null): boolean {
    return until !== null && until > now().toISOString();
  }
}

/** Null for a file that is missing, cannot be read, or has no secret. */
function readSecret(file: string): string | null {
  try {
    const text = fs.readFileSync(file, 'utf8').trim();
    return isSecret(text) ? text : null;
  } catch {
    return null;
  }
}

const removeFile = (file: string) => fs.rmSync(file, { force: true });

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

async function write(file: string, text: string) {
  const handle = await fs.promises.open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sync(folder: string) {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
