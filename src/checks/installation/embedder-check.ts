// Checks that the embedder answers: one vector is really requested from a service. Reads only.
import type { Check, Found } from '../../core/check.ts';
import type { Config } from '../../core/config.ts';
import { readFrom } from '../../core/db/read-from.ts';
import { explain } from '../../core/faults.ts';
import type { CountUsage } from '../../cost-store/usage-item.ts';
import { chooseEmbedder } from '../../embedding/choose.ts';
import { EmbeddingOutage } from '../../embedding/embedder.ts';
import { modelOf } from '../../embedding/model-change.ts';

const serviceTimeoutMs = 5000;

export function embedderCheck(config: Config, countUsage: CountUsage): Check {
  return {
    id: 'embedder',
    component: 'embedder',
    title: 'embedder',
    everySec: 3600,
    dirtyOn: ['settings'],
    dependsOn: () => JSON.stringify(config.embedding),
    look: () => look(config, countUsage),
  };
}

async function look(config: Config, countUsage: CountUsage) {
  const model = await chooseEmbedder(config, countUsage, { timeoutMs: serviceTimeoutMs, retryMs: [] });
  if (config.mode === 'noop' && config.embedding)
    return { says: `${model.label}; noop mode asks no service.`, found: findOtherModel(config, model.name) };
  const opened = await model.open().catch((error: unknown) => noAnswer(error));
  if ('severity' in opened) return { says: `${model.label}: cannot be used`, found: [opened] };
  const { dimension, isLexical } = opened;
  const kind = isLexical ? '; compares letters and words, not meaning' : '';
  return {
    says: `${model.label}, ${dimension} dimensions${kind}`,
    found: findOtherModel(config, model.name, dimension),
  };
}

/** A refusal is an answer, too. */
function noAnswer(error: unknown): Found {
  const isOutage = error instanceof EmbeddingOutage;
  const isRefusal = isOutage && /^it answers \d/.test(error.words);
  const title = isRefusal
    ? 'The embedding service refuses requests'
    : 'The embedding service does not answer';
  const fix =
    isOutage && error.isKeyRefused
      ? { href: '/settings/credentials', label: 'Open credentials' }
      : { href: '/settings/embedder', label: 'Open the embedder' };
  const [stops, causedBy] = [
    ['embedding', 'search'],
    ['credential-embedding', 'embedding-outage'],
  ];
  const runbook = 'queue-stands-still';
  return {
    subject: 'service',
    severity: 'error',
    title,
    text: explain(error),
    stops,
    causedBy,
    fix,
    runbook,
  };
}

/** `dimension`: absent when the service was not asked. */
function findOtherModel({ databasePath }: Config, name: string, dimension?: number): Found[] {
  const library = readFrom(databasePath, modelOf);
  const known = library?.name;
  if (!known) return [];
  if (known === name) return findOtherDimension(name, library.dimension, dimension);
  return [
    {
      subject: 'model',
      severity: 'warning',
      title: 'The settings name another embedding model than the library has',
      text: `The library is embedded with ${known}; the settings name ${name}. A running server queues all entries for embedding; without one, the next start does.`,
      stops: [],
    },
  ];
}

function findOtherDimension(name: string, known: number | null, given: number | null = null): Found[] {
  if (known === null || given === null || known === given) return [];
  return [
    {
      subject: 'dimension',
      severity: 'error',
      title: 'The embedding service has another model behind the name',
      text: `The library is embedded with ${name} (${known} numbers), which now gives ${given}. Rebuild the index: it embeds every entry again.`,
      stops: ['search'],
      runbook: 'index-broken',
    },
  ];
}
