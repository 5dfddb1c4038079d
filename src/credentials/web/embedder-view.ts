// The view models of the embedder in use, and of the form with its typed values and their check.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { formatNumber, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { labelOf } from '../../embedding/queue-address.ts';
import { viewCheckStep } from '../../web/check-step.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import type { EmbedderCheck, ServiceAddress } from '../embedder.ts';
import type { CredentialContext } from '../parts.ts';

export function viewEmbedder(ctx: CredentialContext) {
  const { config, embedder, embedderWatch, describeCredentials } = ctx;
  const { embedding } = config;
  const check = embedder.lastCheck();
  const library = embedder.libraryModel();
  const key = describeCredentials.describe('embedding');
  return {
    isChanging: embedderWatch.isChanging(),
    isBuiltIn: embedding === null,
    model: embedding?.model ?? 'the built-in embedder',
    address: embedding?.url ?? null,
    keyPath: key.in_use?.path ?? null,
    queue: config.embeddingQueue && labelOf(config.embeddingQueue),
    library: { dimension: library.dimension, text: describeLibrary(ctx) },
    check: check && viewCheck(check),
    badge: badgeOf(check),
    checkUrl: url('/ui/embedder/check-saved'),
  };
}

/** The library names the new model at once; until it has embedded the entries, only the index names the former one. */
function describeLibrary({ embedder, liveIndex, counts }: CredentialContext): string {
  const { name, waiting } = embedder.libraryModel();
  if (name === null) return 'not embedded yet';
  if (waiting === 0) return `embedded with ${name}`;
  const { model } = liveIndex.indexState();
  const done = counts.totals().entries - waiting;
  const before = model !== null && model !== name ? `the index has ${model}; ` : '';
  const some = done > 0 ? `${formatNumber(done)} embedded with ${name}, ` : '';
  return `${before}${some}${plural(waiting, 'entry waits', 'entries wait')} for ${name}`;
}

function badgeOf(check: EmbedderCheck | null) {
  if (!check) return { isQuiet: true, tone: 'idle', icon: 'clock', word: 'Not checked' };
  if (check.status === 'ok') return { isQuiet: true, tone: 'ok', icon: 'check', word: 'Answers' };
  return { isQuiet: false, tone: 'bad', icon: 'cross', word: 'Check failed' };
}

function viewCheck({ checked_at: at, text, status, ms, effect }: EmbedderCheck) {
  return { at, status, effect, steps: [viewCheckStep({ title: 'Embeds a word', text, status, ms })] };
}

/** `form`: the whole form, with what its fields showed. */
export type TypedEmbedder = { kind: 'built_in' | 'service'; form: Form } & ServiceAddress;

/** `found`: the result of a check of the typed values. `error`: the refusal to save or check them. */
export function viewEmbedderForm(
  { embedder, describeCredentials }: CredentialContext,
  typed: TypedEmbedder | null = null,
  { found, error }: { found?: EmbedderCheck; error?: AppError } = {},
) {
  const saved = embedder.saved();
  const form = typed?.form ?? {};
  const show = (name: keyof ServiceAddress) =>
    showAgain(form, { name, field: `embedding.${name}`, stored: saved[name] }, error);
  const [address, model] = [show('url'), show('model')];
  const isKindKept = typed?.kind === kindOf(form[wasName('url')] ?? saved.url);
  const { problemOf, message } = readProblems(error);
  return {
    url: address.value,
    model: model.value,
    shown: [
      [wasName('url'), address.was],
      [wasName('model'), model.was],
    ],
    isService: (typed === null || isKindKept ? kindOf(saved.url) : typed.kind) === 'service',
    lockedBy: embedder.lockedBy(),
    hasKey: describeCredentials.describe('embedding').is_set,
    message,
    problemOf: { url: problemOf('embedding.url'), model: problemOf('embedding.model') },
    found: found ? viewCheck(found) : null,
    checkUrl: url('/ui/embedder/check'),
    saveUrl: url('/ui/embedder/save'),
    credentialsUrl: url('/settings/credentials'),
  };
}

/** A service has an address. */
function kindOf(address: string): TypedEmbedder['kind'] {
  return address === '' ? 'built_in' : 'service';
}
