// Checks a credential step by step: its file, the service that it opens, and the folders of the data. Keeps nothing.
import { randomUUID } from 'node:crypto';
import { type CheckStep, takeSteps, worstOf } from '../core/check-steps.ts';
import { AppError } from '../core/errors.ts';
import { shortenHome } from '../core/home.ts';
import type { Kernel } from '../core/kernel.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { EmbeddingOutage } from '../embedding/embedder.ts';
import { createTasks } from '../runner/task.ts';
import type { Credential } from './credential-list.ts';
import { embedWord } from './embed-word.ts';
import { formatMode, type KeyFile, type ReadKey } from './key-file.ts';
import type { OpenedSheets } from './open-sheets.ts';
import type { KeyCheck } from './repository.ts';
import { tryFolders } from './try-folder.ts';

/** `isRefused`: the service does not accept the key, and asking again will not help. */
type CheckedKey = { check: KeyCheck; isRefused: boolean };

type Given = Pick<Kernel, 'config' | 'now'> & {
  /** The named sheets that are Google spreadsheets. */
  googleSheets: () => SheetSource[];
  signal: AbortSignal;
  countUsage: CountUsage;
};

type Steps = ReturnType<typeof takeSteps>;
/** `key`: null when the service is asked without one. */
type Ask = (
  given: Given,
  steps: Steps,
  key: KeyFile | null,
) => Promise<{ passed: string; isRefused: boolean }>;

/** `read`: null when the service is asked without a key. Throws `stopping`. */
export type CheckKey = (credential: Credential, read: ReadKey | null) => Promise<CheckedKey>;

export function createKeyChecks(given: Given): CheckKey {
  return async (credential, read) => {
    const startedAt = given.now();
    const steps = takeSteps();
    const key = await readFile(steps, read);
    if (given.config.mode === 'noop') return skipAll(steps, startedAt);
    const isMissing = read !== null && key === null;
    if (isMissing) steps.skip(services[credential.name]?.title ?? '', 'Not reached.');
    const ask = isMissing ? null : services[credential.name]?.ask;
    const { passed, isRefused } = (await ask?.(given, steps, key)) ?? { passed: '', isRefused: false };
    await steps.take('Writes and removes a file', () => tryFolders(given.config.root));
    return { check: summarize(steps.steps, passed, startedAt), isRefused };
  };
}

function skipAll(steps: Steps, startedAt: Date): CheckedKey {
  const text = 'Noop mode asks no service.';
  steps.skip('Asks the service', text);
  return { check: summarize(steps.steps, text, startedAt), isRefused: false };
}

/** `passed`: the sentence of a check without warnings and errors; else the first of those counts. */
function summarize(steps: CheckStep[], passed: string, startedAt: Date): KeyCheck {
  const status = worstOf(steps);
  const text = status === 'ok' ? passed : (steps.find((step) => step.status === status)?.text ?? passed);
  return { checked_at: startedAt.toISOString(), status, text, steps };
}

async function readFile(steps: Steps, read: ReadKey | null): Promise<KeyFile | null> {
  const title = 'File can be read';
  if (read === null) {
    steps.skip(title, 'No key is set.');
    return null;
  }
  const found = await steps.take(title, () => {
    if ('problem' in read) throw new AppError('bad_input', read.problem.message);
    const text = `${shortenHome(read.path)}, mode ${formatMode(read.mode)}.`;
    return { text, key: read };
  });
  return found?.key ?? null;
}

/** The service that each credential opens. */
const services: Record<string, { title: string; ask: Ask }> = {
  google: { title: 'Google accepts the key', ask: askGoogle },
  embedding: { title: 'Embeds a word', ask: askEmbedder },
};

/** The key is not in the settings yet, so the child gets settings of its own. */
async function askGoogle({ config, googleSheets, signal }: Given, steps: Steps, key: KeyFile | null) {
  const google = { ...config.google, keyFile: key?.path ?? null };
  const createTask = createTasks({ ...config, google });
  const id = `check-google-${randomUUID()}`;
  const task = createTask({ script: 'check-google', id, usesGoogle: true, onProgress() {}, signal });
  try {
    const opened = (await task.run({ sources: googleSheets() })) as OpenedSheets;
    steps.steps.push(...opened.steps);
    const sheets = opened.steps.filter(({ status }) => status === 'ok').length - 1;
    const passed = sheets > 0 ? 'The key is accepted, and each sheet opens.' : 'The key is accepted.';
    return { passed, isRefused: opened.isRefused };
  } catch (error) {
    await steps.take('Google accepts the key', () => Promise.reject(error));
    return { passed: '', isRefused: false };
  } finally {
    await task.end();
  }
}

async function askEmbedder({ config, countUsage }: Given, steps: Steps, key: KeyFile | null) {
  const { embedding } = config;
  if (!embedding && key) {
    steps.skip('Embeds a word', 'No embedding service is set, and the built-in embedder needs no key.');
    return { passed: 'The file can be read. No service uses it yet.', isRefused: false };
  }
  const service = embedding && { ...embedding, keyFile: key?.path ?? null };
  const found = await steps.take('Embeds a word', () => embedWord(service, countUsage));
  const [error] = steps.errors;
  return { passed: found?.text ?? '', isRefused: error instanceof EmbeddingOutage && error.isKeyRefused };
}
