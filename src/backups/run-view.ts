// The buttons that start a backup, a test or a restore.
import type { Args } from '../core/operation.ts';
import { url } from '../core/url.ts';
import { leastRoleToOffer } from '../jobs/refusals.ts';
import type { BackupsContext } from './parts.ts';

type Context = Pick<BackupsContext, 'catalogue' | 'libraryState' | 'repository'>;

/** A form of one button; null when there is no such operation. A repeated form finds the job that the first one has started. */
export function viewRun({ catalogue, libraryState, repository }: Context, name: string, args: Args = {}) {
  const operation = catalogue.find(name);
  if (!operation) return null;
  const fields = { ...args, when_locked: 'wait', key: `after-${repository.lastOf(name)?.number ?? 0}` };
  return {
    action: url(`/ui/operations/run/${name}`),
    needs: leastRoleToOffer(operation, args, libraryState),
    fields: Object.entries(fields).map(([name, value]) => ({ name, value: String(value) })),
  };
}

/** The address of the dialog that asks for the plan of a restore. */
export function viewRestore({ catalogue, libraryState }: Context, id: string) {
  const operation = catalogue.find('restore');
  if (!operation) return null;
  const args = { backup: id };
  return {
    href: url('/ui/operations/restore/confirm', args),
    needs: leastRoleToOffer(operation, args, libraryState),
  };
}
