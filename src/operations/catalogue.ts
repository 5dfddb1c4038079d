// The only list of operations. Adding one: its definition, its script, its test, and a line here.
import { AppError } from '../errors.ts';
import { exportOperation } from './export.ts';
import { importOperation } from './import.ts';
import { indexOperation } from './index.ts';
import type { Operation } from './operation.ts';

const operations: Operation[] = [importOperation, exportOperation, indexOperation];

export type Catalogue = ReturnType<typeof createCatalogue>;

/** Throws `not_found` for a name that is not listed. */
export function createCatalogue(listed: Operation[] = operations) {
  const byName = new Map(listed.map((operation) => [operation.name, operation]));
  if (byName.size < listed.length) throw new Error('Two operations have the same name.');
  return {
    all: () => [...byName.values()],
    find: (name: string) => byName.get(name) ?? null,
    get(name: string): Operation {
      const operation = byName.get(name);
      if (operation) return operation;
      throw new AppError(
        'not_found',
        `There is no operation ${JSON.stringify(name.slice(0, 80))}. Known: ${[...byName.keys()].join(', ')}.`,
      );
    },
  };
}
