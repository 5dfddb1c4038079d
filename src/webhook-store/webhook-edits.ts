// Adds, changes and removes webhooks, and replaces their secrets. Each change and each refusal leaves an audit row.
import { auditRefusal, type Requester, systemRequester } from '../core/audit.ts';
import { assertConfirmed } from '../core/confirmation.ts';
import { assertMatches, assertUnchanged, etagOf } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { switchedOffEvent, unknownWebhook, webhookActions, webhookTarget } from './actions.ts';
import { removeDeliveries } from './remove-deliveries.ts';
import { type ResolveTarget, withoutTokens } from './target.ts';
import { createTurns } from './turns.ts';
import type { Webhook, WebhookRepository } from './webhook-repository.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';
import {
  auditedValues,
  editsOf,
  type GivenWebhook,
  readValue,
  storedOf,
  type WebhookTexts,
} from './webhook-values.ts';
import { writeWebhook } from './write-webhook.ts';

const maxWebhooks = 50;
/** How long the former secret signs, too. */
const oldSecretMs = 24 * 3_600_000;

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'eventNames' | 'now' | 'untilFree'> & {
  webhookRepository: WebhookRepository;
  webhookSecrets: WebhookSecrets;
  resolveTarget: ResolveTarget;
};

/** `shown`: the values in the form of an existing webhook. `ifMatch`: the ETag that it must have. `mustBeNew` refuses a name
 *  that is taken. */
type SaveOptions = {
  reason?: string | null;
  ifMatch?: string | undefined;
  shown?: WebhookTexts | undefined;
  mustBeNew?: boolean;
};
type Why = { reason?: string | null | undefined };

/** `secret`: of a new webhook; it is given only here. */
export type Saved = { webhook: Webhook; secret: string | null; isNew: boolean };

export type WebhookEdits = ReturnType<typeof createWebhookEdits>;

export function createWebhookEdits(given: Given) {
  const { bus, webhookRepository } = given;
  const inTurn = createTurns();
  const announced = async <T>(work: () => Promise<T>): Promise<T> => {
    const done = await inTurn(work);
    bus.emit('webhooks');
    return done;
  };

  return {
    all: webhookRepository.all,

    /** Throws `not_found`. */
    find: (name: string): Webhook => find(webhookRepository, name),

    etag: (name: string): string => etagOf(storedOf(find(webhookRepository, name))),

    /** Adds a webhook or changes the given values of one. Throws `invalid_arguments` with all faults, `edit_conflict`, and
     *  `wrong_state` when there are too many. */
    save: (name: string, wanted: GivenWebhook, by: Requester, options: SaveOptions = {}): Promise<Saved> =>
      announced(() => save(given, name, wanted, by, options)),

    /** With its deliveries and its secret. Throws `not_found`. */
    remove: (name: string, by: Requester, why: Why = {}): Promise<void> =>
      announced(() => remove(given, name, by, why)),

    /** Replaces the secret; the former one signs, too, for a day unless `atOnce`. Throws `not_found`, and
     *  `confirmation_required` without a reason. */
    rotate: (name: string, { atOnce }: { atOnce: boolean }, by: Requester, why: Why) =>
      announced(() => rotate(given, name, atOnce, by, why)),

    /** By the server, which says why. Nothing changes for one that is off or gone. */
    switchOff: (name: string, why: string): Promise<void> => announced(() => switchOff(given, name, why)),

    /** Runs `work` while no other edit runs. */
    inTurn,
  };
}

async function save(given: Given, name: string, wanted: GivenWebhook, by: Requester, options: SaveOptions) {
  const { audit, config, eventNames: events, now, resolveTarget, untilFree } = given;
  const { webhookRepository, webhookSecrets } = given;
  const stored = webhookRepository.find(name);
  const { reason = by.reason } = options;
  const entry = { event: webhookActions.change.name, target: webhookTarget(name), by, reason };
  const asked = { detail: { before: stored && auditedValues(stored), asked: askedFor(wanted) } };
  return auditRefusal(audit, { ...entry, ...asked }, async (): Promise<Saved> => {
    const rules = { events, hosts: config.webhookHosts, resolveTarget };
    const value = await readValue(name, wanted, stored, rules);
    if (stored && options.mustBeNew) throw nameTaken(name);
    if (!stored && options.shown) throw unknownWebhook(name);
    if (!stored) assertMatches(options.ifMatch, null);
    if (!stored) assertRoom(webhookRepository, 1);
    if (!stored) await removeDeliveries(given, name);
    const staged = { name, at: now().toISOString() };
    const secret = stored ? null : await webhookSecrets.stage(staged);
    const written = await untilFree(() =>
      webhookRepository.transaction(() => {
        const known = webhookRepository.find(name);
        if (known) {
          assertMatches(options.ifMatch, storedOf(known));
          assertUnchanged(editsOf(value, known, options.shown), now());
        }
        const secretAt = secret === null ? null : staged.at;
        const { before, after } = writeWebhook(given, { name, value, secretAt }, by);
        const detail = { before: before && auditedValues(before), after: auditedValues(after, before) };
        if (after !== before) audit.record({ ...entry, outcome: 'ok', detail });
        return after;
      }),
    ).catch((error) => {
      webhookSecrets.discard(staged);
      throw error;
    });
    if (secret !== null) await webhookSecrets.adopt(staged, false);
    return { webhook: written, secret, isNew: secret !== null };
  });
}

async function remove(given: Given, name: string, by: Requester, { reason = by.reason }: Why) {
  const { audit, untilFree, webhookRepository, webhookSecrets } = given;
  const entry = { event: webhookActions.remove.name, target: webhookTarget(name), by, reason };
  await auditRefusal(audit, entry, () =>
    untilFree(() =>
      webhookRepository.transaction(() => {
        const before = find(webhookRepository, name);
        webhookRepository.remove(name);
        audit.record({ ...entry, outcome: 'ok', detail: { before: auditedValues(before) } });
      }),
    ),
  );
  webhookSecrets.remove(name);
  await removeDeliveries(given, name);
}

async function rotate(given: Given, name: string, atOnce: boolean, by: Requester, why: Why) {
  const { audit, now, untilFree, webhookRepository, webhookSecrets } = given;
  const { reason = by.reason } = why;
  const entry = { event: webhookActions.rotate.name, target: webhookTarget(name), by, reason };
  return auditRefusal(audit, entry, async () => {
    find(webhookRepository, name);
    assertConfirmed({ reason }, null);
    const at = now().toISOString();
    const old_secret_until = atOnce ? null : new Date(now().getTime() + oldSecretMs).toISOString();
    const secret = await webhookSecrets.stage({ name, at });
    const webhook = await untilFree(() =>
      webhookRepository.transaction(() => {
        const before = find(webhookRepository, name);
        const after = { ...before, secret_at: at, secret_by: by.actor, old_secret_until };
        webhookRepository.put(after);
        const detail = { at_once: atOnce, old_secret_until };
        audit.record({ ...entry, outcome: 'ok', detail });
        return after;
      }),
    ).catch((error) => {
      webhookSecrets.discard({ name, at });
      throw error;
    });
    await webhookSecrets.adopt({ name, at }, !atOnce);
    return { webhook, secret };
  });
}

async function switchOff({ audit, now, untilFree, webhookRepository }: Given, name: string, why: string) {
  await untilFree(() =>
    webhookRepository.transaction(() => {
      const before = webhookRepository.find(name);
      if (!before?.is_on) return;
      const change = { changed_at: now().toISOString(), changed_by: systemRequester.actor };
      const after = { ...before, ...change, is_on: false, off_why: why };
      webhookRepository.put(after);
      const detail = { why, before: auditedValues(before), after: auditedValues(after, before) };
      const row = { event: switchedOffEvent, target: webhookTarget(name), by: systemRequester };
      audit.record({ ...row, outcome: 'ok', detail });
    }),
  );
}

function find(webhookRepository: WebhookRepository, name: string): Webhook {
  const webhook = webhookRepository.find(name);
  if (!webhook) throw unknownWebhook(name);
  return webhook;
}

/** Without the end of an address, and without its user and password, which are a fault. */
function askedFor({ url, ...wanted }: GivenWebhook) {
  const shown = typeof url === 'string' ? withoutTokens(url.replace(/\/\/[^/]*@/, '//')) : url;
  return { ...wanted, ...(url !== undefined && { url: shown }) };
}

function nameTaken(name: string): AppError {
  const message = `Name: there is a webhook named ${name} already. Choose another name, or change that webhook.`;
  return new AppError('invalid_arguments', message, { problems: [{ field: 'name', message }] });
}

/** Throws `wrong_state` when `more` would be too many. */
export function assertRoom({ all }: Pick<WebhookRepository, 'all'>, more: number) {
  if (all().length + more <= maxWebhooks) return;
  const message = `There may be ${maxWebhooks} webhooks, and there are ${all().length}. Remove one first.`;
  throw new AppError('wrong_state', message);
}
