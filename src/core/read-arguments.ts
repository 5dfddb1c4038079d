// Checks the arguments of a run against the schema of its operation, and against the records that they name.
import { checkArguments } from './check-arguments.ts';
import type { Config } from './config.ts';
import type { Args, Operation, OptionLists, Records } from './operation.ts';

export type ReadArguments = ReturnType<typeof createReadArguments>;

type Given = { config: Config; records: Records; options: () => OptionLists };

/** The function returns the arguments to record; it throws `invalid_arguments`, and `wrong_state` for a record whose state does
 *  not allow the run. */
export function createReadArguments({ config, records, options }: Given) {
  return (operation: Operation, given: Args): Args => {
    const args = checkArguments(operation.args, given, options());
    return operation.check?.(args, config, records) ?? args;
  };
}
