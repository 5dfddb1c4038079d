// Webhooks of a file of settings: judged before the import, and stored in its transaction, with new secrets for new ones.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { removeDeliveries } from './remove-deliveries.ts';
import type { ResolveTarget } from './target.ts';
import { assertRoom, type WebhookEdits } from './webhook-edits.ts';
import type { WebhookRepository } from './webhook-repository.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';
import { auditedValues, findFaults, type GivenWebhook, readValue } from './webhook-values.ts';
import { type Wanted, writeWebhook } from './write-webhook.ts';

type Given = Pick<Kernel, 'bus' | 'eventNames' | 'now' | 'untilFree'> & {
  webhookRepository: WebhookRepository;
  webhookSecrets: WebhookSecrets;
  webhookEdits: Pick<WebhookEdits, 'inTurn'>;
  resolveTarget: ResolveTarget;
};

export type ImportedWebhook = { name: string; to: GivenWebhook };
type Values = Record<string, unknown>;
/** The values of the webhooks that a change concerns. */
export type ChangedWebhooks = { before: Values; after: Values };
type Write = () => ChangedWebhooks;
type Judged = Omit<Wanted, 'secretAt'> | ArgumentProblem;

export type WebhookImport = ReturnType<typeof createWebhookImport>;

export function createWebhookImport(given: Given) {
  const { bus, eventNames: events, now } = given;
  const { webhookRepository, webhookSecrets, webhookEdits } = given;

  return {
    all: webhookRepository.all,

    /** The faults that show without looking up a name. `hosts`: those that webhooks may reach besides this machine. */
    findFaults: (name: string, to: GivenWebhook, hosts: readonly string[]): string[] =>
      findFaults(name, to, null, { events, hosts }).map(({ message }) => message),

    /** Calls `store`, whose transaction calls `write` once it is sure, all or none. Throws `invalid_arguments` for addresses that
     *  may not be reached, before anything is stored. */
    run<T>(
      wanted: readonly ImportedWebhook[],
      hosts: readonly string[],
      by: Requester,
      store: (write: Write) => Promise<T>,
    ): Promise<T> {
      if (wanted.length === 0) return store(() => ({ before: {}, after: {} }));
      return webhookEdits.inTurn(async () => {
        const all = await stageAll(wanted, hosts);
        const stored = await store(() => write(all, by)).catch((error) => {
          for (const one of all) discard(one);
          throw error;
        });
        for (const { name, secretAt } of all)
          if (secretAt !== null) await webhookSecrets.adopt({ name, at: secretAt }, false);
        bus.emit('webhooks');
        return stored;
      });
    },
  };

  async function stageAll(wanted: readonly ImportedWebhook[], hosts: readonly string[]): Promise<Wanted[]> {
    const judged = await Promise.all(wanted.map((one) => judge(given, one, hosts)));
    const problems = judged.flatMap((one) => ('message' in one ? [one] : []));
    if (problems.length > 0) throw invalidArguments(problems);
    const at = now().toISOString();
    const all = judged.flatMap((one) => ('message' in one ? [] : [one]));
    const added = all.filter(({ name }) => webhookRepository.find(name) === null);
    assertRoom(webhookRepository, added.length);
    for (const { name } of added) {
      await removeDeliveries(given, name);
      await webhookSecrets.stage({ name, at });
    }
    return all.map((one) => ({ ...one, secretAt: added.includes(one) ? at : null }));
  }

  function discard({ name, secretAt }: Wanted) {
    if (secretAt !== null) webhookSecrets.discard({ name, at: secretAt });
  }

  function write(all: readonly Wanted[], by: Requester): ChangedWebhooks {
    const changed: ChangedWebhooks = { before: {}, after: {} };
    for (const wanted of all) {
      const { before, after } = writeWebhook(given, wanted, by);
      if (before === after) continue;
      changed.before[wanted.name] = before && auditedValues(before);
      changed.after[wanted.name] = auditedValues(after, before);
    }
    return changed;
  }
}

/** Finds the faults of all webhooks before any is stored. */
async function judge(
  { eventNames: events, resolveTarget, webhookRepository }: Given,
  { name, to }: ImportedWebhook,
  hosts: readonly string[],
): Promise<Judged> {
  try {
    const stored = webhookRepository.find(name);
    return { name, value: await readValue(name, to, stored, { events, hosts, resolveTarget }) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { field: `webhooks.${name}`, message: error.message };
  }
}
