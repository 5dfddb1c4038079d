// Writes a set: both databases, the live index, the saved settings.
import fs from 'node:fs';
import path from 'node:path';
import { copyDatabase } from '../backup-store/copy-database.ts';
import type { Manifest } from '../backup-store/manifest.ts';
import { readCopy, type SetDraft, type WrittenSet, writeDraft } from '../backup-store/set-draft.ts';
import { setFolder } from '../backup-store/set-files.ts';
import { scriptBusyMs } from '../core/db/open.ts';
import { prepareSavedSettings } from '../core/db/saved-settings.ts';
import type { Config } from '../core/config.ts';
import { type GenerationFiles, generationFiles, nullIfBroken, readPointer } from '../index/generation.ts';
import { readMeta } from '../index/meta.ts';
import { createFlagRepository } from '../flags/flag-repository.ts';
import { createObjectiveRepository } from '../objective-store/objective-repository.ts';
import { toFileFlags } from '../settings/flags-of-file.ts';
import { toFileObjectives } from '../settings/objectives-of-file.ts';
import { toFileWebhooks } from '../settings/webhooks-of-file.ts';
import { createWebhookRepository } from '../webhook-store/webhook-repository.ts';
import { exportable, toFile } from '../settings/settings-export.ts';

/** `job`: its number. `now`: the id of the set has its second. */
type Request = { job: number | null; note: string | null; includeIndex: boolean; now: Date };
type OnCopied = (share: number, phase: 'library' | 'ops' | 'index' | 'verify') => void;

/** Expects the locks of an operation that keeps others from changing the library and the index. */
export async function writeSet(config: Config, request: Request, onCopied: OnCopied): Promise<WrittenSet> {
  const { id, madeAt } = chooseId(config, request);
  return writeDraft(config, id, async (draft) => {
    const index = request.includeIndex ? startIndex(config, draft) : null;
    await copy(config.databasePath, draft, 'library.db', (share) => onCopied(share, 'library'));
    await copy(config.opsDatabasePath, draft, 'ops.db', (share) => onCopied(share, 'ops'));
    writeSettings(draft);
    onCopied(0, 'index');
    const facts = (await index) ?? noIndex;
    onCopied(0, 'verify');
    return draft.finish({ made_at: madeAt, job: request.job, note: request.note, ...facts });
  });
}

/** A second in which a set was made already is skipped. */
function chooseId(config: Config, { job, now }: Request) {
  for (let at = now.getTime(); ; at += 1000) {
    const madeAt = new Date(at).toISOString();
    const id = `${madeAt.slice(0, 19).replace(/[-:]/g, '')}Z-${job ?? 'by-hand'}`;
    if (!fs.existsSync(setFolder(config, id))) return { id, madeAt };
  }
}

async function copy(file: string, draft: SetDraft, name: string, onCopied: (share: number) => void) {
  await copyDatabase(file, draft.path(name), { busyMs: scriptBusyMs, onCopied });
  draft.add(name);
}

/** Only what an export of the settings writes: no secrets. */
function writeSettings(draft: SetDraft) {
  const file = readCopy(draft.path('ops.db'), (ops) =>
    toFile(exportable(prepareSavedSettings(ops)()), {
      flags: toFileFlags(createFlagRepository(ops).saved().values()),
      objectives: toFileObjectives(createObjectiveRepository(ops).saved().values()),
      webhooks: toFileWebhooks(createWebhookRepository(ops).all(), 'admin'),
    }),
  );
  const text = `${JSON.stringify(file, null, 2)}\n`;
  fs.writeFileSync(draft.path('settings.json'), text, { mode: 0o600, flag: 'wx' });
  draft.add('settings.json');
}

type IndexFacts = Pick<Manifest, 'index' | 'model' | 'dimension'>;
const noIndex: IndexFacts = { index: null, model: null, dimension: null };

/** Copies the live generation while the databases are copied. Null without one, or with one that is broken. */
function startIndex(config: Config, draft: SetDraft): Promise<IndexFacts> | null {
  const live = nullIfBroken(() => findLive(config));
  if (!live) {
    console.log('There is no index that can be read; the backup has none.');
    return null;
  }
  const copying = copyIndex(live, draft);
  // An error is thrown when it is waited for.
  copying.catch(() => {});
  return copying;
}

type Live = { files: GenerationFiles; facts: IndexFacts };

function findLive({ indexFolder }: Config): Live | null {
  const pointer = readPointer(indexFolder);
  if (!pointer) return null;
  const files = generationFiles(path.join(indexFolder, pointer.current));
  const { model, dimension, count } = readMeta(files.meta);
  return { files, facts: { index: { generation: pointer.current, vectors: count }, model, dimension } };
}

async function copyIndex({ files, facts }: Live, draft: SetDraft): Promise<IndexFacts> {
  fs.mkdirSync(draft.path('index'), { mode: 0o700 });
  await Promise.all(Object.values(files).map((file) => copyFile(file, draft)));
  return facts;
}

/** A generation never changes, but a link to its file would share its damage. */
async function copyFile(file: string, draft: SetDraft) {
  const name = `index/${path.basename(file)}`;
  const target = draft.path(name);
  await fs.promises.copyFile(file, target, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE);
  await fs.promises.chmod(target, 0o600);
  draft.add(name);
}
