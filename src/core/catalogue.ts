// All operations: those declared by features, and custom operations.
import { AppError } from './errors.ts';
import type { Operation } from './operation.ts';

export type Catalogue = ReturnType<typeof createCatalogue>;

/** Throws when two of `declared` have the same name. */
export function createCatalogue(declared: Operation[]) {
  const byName = new Map(declared.map((operation) => [operation.name, operation]));
  if (byName.size < declared.length) throw new Error('Two operations have the same name.');
  const sources: (() => Operation[])[] = [];
  const custom = () => sources.flatMap((source) => source());
  const all = () => [...byName.values(), ...custom().filter(({ name }) => !byName.has(name))];
  const find = (name: string) =>
    byName.get(name) ?? custom().find((operation) => operation.name === name) ?? null;
  return {
    all,
    find,
    /** Throws `not_found` for a name that is not listed. */
    get(name: string): Operation {
      const operation = find(name);
      if (operation) return operation;
      const known = all().map((one) => one.name);
      throw new AppError(
        'not_found',
        `There is no operation ${JSON.stringify(name.slice(0, 80))}. Known: ${known.join(', ')}.`,
      );
    },
    /** Adds a source of operations that may change; a declared operation takes precedence over one of the same name. */
    extend(source: () => Operation[]) {
      sources.push(source);
    },
  };
}
