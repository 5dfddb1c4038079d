// Adds and removes canaries. Each change and each refusal leaves an audit row.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import { auditRefusal, type Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { plural } from '../core/format.ts';
import { type Canary, maxCanaries } from '../index/canary.ts';
import type { CanaryRepository } from '../index/canary-repository.ts';
import { maxQueryLength } from '../index/search-query.ts';
import { tokensOf } from '../words/word-text.ts';
import type { Kind } from '../library/content.ts';
import { canaryActions, canaryTarget, unknownCanary } from './canary-actions.ts';

/** Without a kind, the id must name one entry only. */
export type WantedCanary = { query: string; kind?: Kind | undefined; entity_id: string };

type Given = Pick<Kernel, 'audit' | 'untilFree' | 'now'> & {
  canaryRepository: CanaryRepository;
  entries: { kindsOf(id: string): Kind[] };
};

export function createCanaries(given: Given) {
  const { audit, canaryRepository: repository, untilFree } = given;

  return {
    /** In the order in which they were added. */
    all: repository.all,

    /** Throws `not_found`. */
    find,

    /** Adds all of them or none. Throws `invalid_arguments` with all faults, and `wrong_state` when there are too many. */
    add(wanted: readonly WantedCanary[], by: Requester): Promise<Canary[]> {
      const detail = { asked: wanted };
      return auditRefusal(audit, { event: canaryActions.add.name, by, detail }, () =>
        untilFree(() => repository.transaction(() => addAll(given, wanted, by))),
      );
    },

    /** Gives the one that was removed. Throws `not_found`. */
    remove(id: string | number, by: Requester): Promise<Canary> {
      const entry = { event: canaryActions.remove.name, target: canaryTarget(id), by };
      return auditRefusal(audit, entry, () =>
        untilFree(() =>
          repository.transaction(() => {
            const before = find(id);
            repository.remove(before.id);
            audit.record({ ...entry, outcome: 'ok', detail: { before: valuesOf(before), after: null } });
            return before;
          }),
        ),
      );
    },
  };

  function find(id: string | number): Canary {
    const canary = repository.all().find((one) => String(one.id) === String(id));
    if (!canary) throw unknownCanary(id);
    return canary;
  }
}

/** Part of a transaction. */
function addAll(
  { audit, canaryRepository, entries, now }: Given,
  wanted: readonly WantedCanary[],
  by: Requester,
) {
  const stored = canaryRepository.all();
  if (stored.length + wanted.length > maxCanaries) throw tooMany(stored.length);
  const queries = new Set(stored.map(({ query }) => keyOf(query)));
  return wanted.map((one): Canary => {
    const query = tidyQuery(one.query);
    const kinds = entries.kindsOf(one.entity_id);
    const problems = [...faultsOfQuery(query, queries), ...faultsOfEntry(one, kinds)];
    if (problems.length > 0) throw invalidArguments(problems);
    queries.add(keyOf(query));
    const kind = one.kind ?? (kinds[0] as Kind);
    const { entity_id } = one;
    const values = { query, kind, entity_id, created_at: now().toISOString(), created_by: by.actor };
    const canary = { id: canaryRepository.add(values), ...values };
    audit.record({
      event: canaryActions.add.name,
      target: canaryTarget(canary.id),
      outcome: 'ok',
      by,
      detail: { before: null, after: valuesOf(canary) },
    });
    return canary;
  });
}

const valuesOf = ({ query, kind, entity_id }: Canary) => ({ query, kind, entity_id });

/** Without control and format characters, which nobody sees. */
const tidyQuery = (query: string): string =>
  query.replaceAll(/\s+/g, ' ').replaceAll(/\p{C}/gu, '').replaceAll(/ +/g, ' ').trim();

/** Equal for queries that the search reads alike. */
const keyOf = (query: string): string =>
  tokensOf(query)
    .map(({ term }) => term)
    .join(' ');

function faultsOfQuery(query: string, stored: ReadonlySet<string>): ArgumentProblem[] {
  const fault = (message: string) => [{ field: 'query', message }];
  if (keyOf(query) === '') return fault('Query: enter the words of the search.');
  if (query.length > maxQueryLength)
    return fault(
      `Query: it has ${query.length} characters, at most ${maxQueryLength} are searched. Shorten it.`,
    );
  if (stored.has(keyOf(query)))
    return fault(`Query: “${query}” has a canary already. Remove that one first.`);
  return [];
}

function faultsOfEntry({ entity_id, kind }: WantedCanary, kinds: Kind[]): ArgumentProblem[] {
  const id = JSON.stringify(entity_id.slice(0, 80));
  if (kind !== undefined && !kinds.includes(kind))
    return [{ field: 'entity_id', message: `Entry: the library has no ${kind} ${id}.` }];
  if (kinds.length === 0) return [{ field: 'entity_id', message: `Entry: the library has no entry ${id}.` }];
  if (kind === undefined && kinds.length > 1)
    return [{ field: 'kind', message: `Kind: an experience and a manual have the id ${id}. Choose one.` }];
  return [];
}

function tooMany(stored: number): AppError {
  const message = `There may be ${plural(maxCanaries, 'canary', 'canaries')}, and there are ${stored}. Remove one first.`;
  return new AppError('wrong_state', message);
}
