// Checks the arguments of a run against the schema of its operation, and against the records that they name.
import { checkArguments } from './check-arguments.ts';
import type { Config } from './config.ts';
import type { Args, Operation, OptionLists, Records } from './operation.ts';

export type ReadArguments = ReturnType<typeof createReadArguments>;
export type AssertPossible = ReturnType<typeof createAssertPossible>;

type Given = { config: Config; records: Records; options: () => OptionLists };

/** The function returns the arguments to record; it throws `invalid_arguments`. */
export function createReadArguments({ config, records, options }: Given) {
  return (operation: Operation, given: Args): Args => {
    const args = checkArguments(operation.args, given, options());
    return operation.check?.(args, config, records) ?? args;
  };
}

/** The function throws `wrong_state`, `index_missing` or `disk_full` while the state does not allow the run; `args` are checked
 *  ones. */
export function createAssertPossible({ config, records }: Omit<Given, 'options'>) {
  return (operation: Operation, args: Args): void => operation.assertPossible?.(args, config, records);
}
