// The secrets of webhooks, each a file in the folder `secrets` that only this user can read: `webhook-NAME`, and
// `webhook-NAME.old` with the one before the last rotation. A new secret waits on the disk as `webhook-NAME.next-TIME` until its
// row is committed, so that a crash leaves either the former secret or the new one, never a row without its secret. Files without
// a row are set aside for a month as `….orphan-TIME`: ops.db may be put back from a backup.
import fs from 'node:fs';
import path from 'node:path';
import { isSecret, newSecret } from './secret.ts';
import type { WebhookRepository } from './webhook-repository.ts';

type Given = { root: string; webhookRepository: Pick<WebhookRepository, 'all' | 'find'>; now: () => Date };

/** `at`: `secret_at` of the row that needs it. */
type Staged = { name: string; at: string };

export type WebhookSecrets = ReturnType<typeof createWebhookSecrets>;

const own = /^webhook-([a-z0-9-]{1,40})(?:\.(old|next-\d{17}))?(?:\.orphan-(\d{17}))?$/;
const orphanMaxMs = 30 * 86_400_000;
/** A time as it is a part of a file's name. */
const digitsOf = (at: string): string => at.replace(/\D/g, '');

export function createWebhookSecrets({ root, webhookRepository, now }: Given) {
  const folder = path.join(root, 'secrets');
  const fileOf = (name: string) => path.join(folder, `webhook-${name}`);
  const oldOf = (name: string) => `${fileOf(name)}.old`;
  const nextOf = (staged: Staged) => path.join(folder, nextName(staged));

  return {
    /** The secrets that sign now, the newest first: two for a day after a rotation, none while the file cannot be read. */
    read(name: string): string[] {
      const until = webhookRepository.find(name)?.old_secret_until ?? null;
      const files = isStill(until) ? [fileOf(name), oldOf(name)] : [fileOf(name)];
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
    remove(name: string) {
      for (const file of list(folder)) if (own.exec(file)?.[1] === name) removeFile(path.join(folder, file));
    },

    /** Finishes the changes that a crash has interrupted: uses secrets whose row is committed, and sets aside those without a
     *  row. */
    recover: () => recover(folder, { webhookRepository, now }, adopt),

    /** Removes files that are of no use any more. */
    tidy: () => tidy(folder, { webhookRepository, now }),
  };

  function adopt(staged: Staged, keepsOld: boolean) {
    const [file, old, next] = [fileOf(staged.name), oldOf(staged.name), nextOf(staged)];
    if (!keepsOld) removeFile(old);
    else if (fs.existsSync(file)) fs.renameSync(file, old);
    fs.renameSync(next, file);
  }

  function isStill(until: string | null): boolean {
    return isAfter(until, now());
  }
}

function recover(
  folder: string,
  { webhookRepository, now }: Omit<Given, 'root'>,
  adopt: (staged: Staged, keepsOld: boolean) => void,
) {
  const rows = new Map(webhookRepository.all().map((webhook) => [webhook.name, webhook]));
  const orphanEnd = `.orphan-${digitsOf(now().toISOString())}`;
  takeBack(folder, rows);
  for (const file of list(folder)) {
    const [, name = '', kind, orphanSince] = own.exec(file) ?? [];
    if (name === '' || orphanSince) continue;
    const row = rows.get(name);
    const staged = { name, at: row?.secret_at ?? '' };
    if (row && file === nextName(staged)) adopt(staged, isAfter(row.old_secret_until, now()));
    else if (!row) fs.renameSync(path.join(folder, file), path.join(folder, file + orphanEnd));
    else if (kind?.startsWith('next-')) removeFile(path.join(folder, file));
  }
  tidy(folder, { webhookRepository, now });
}

const nextName = ({ name, at }: Staged) => `webhook-${name}.next-${digitsOf(at)}`;

/** Removes former secrets that sign no more, and those that have been without a row for a month. */
function tidy(folder: string, { webhookRepository, now }: Omit<Given, 'root'>) {
  const rows = new Map(webhookRepository.all().map((webhook) => [webhook.name, webhook]));
  const oldest = digitsOf(new Date(now().getTime() - orphanMaxMs).toISOString());
  for (const file of list(folder)) {
    const [, name = '', kind, orphanSince] = own.exec(file) ?? [];
    const row = rows.get(name);
    const isOver = kind === 'old' && row !== undefined && !isAfter(row.old_secret_until, now());
    if (orphanSince ? orphanSince < oldest : isOver) removeFile(path.join(folder, file));
  }
}

const isAfter = (until: string | null, now: Date) => until !== null && until > now.toISOString();

/** Uses files that were set aside, of webhooks whose row is there again. */
function takeBack(folder: string, rows: ReadonlyMap<string, unknown>) {
  for (const file of list(folder).reverse()) {
    const [, name = '', , orphanSince] = own.exec(file) ?? [];
    if (!orphanSince || !rows.has(name)) continue;
    const before = path.join(folder, file.slice(0, file.indexOf('.orphan-')));
    if (fs.existsSync(before)) removeFile(path.join(folder, file));
    else fs.renameSync(path.join(folder, file), before);
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

/** One that cannot be removed now is removed another time. */
function removeFile(file: string) {
  try {
    fs.rmSync(file, { force: true });
  } catch {}
}

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
