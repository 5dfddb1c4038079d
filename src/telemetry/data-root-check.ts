// Checks that the data folder and the databases are still those that the server has opened.
import type { Check } from '../core/check.ts';
import type { TelemetryContext } from './parts.ts';

export const dataFolderHead = { id: 'data-folder', component: 'data_folder', title: 'Data folder' };

export function dataRootCheck({ config, dataRoot }: Pick<TelemetryContext, 'config' | 'dataRoot'>): Check {
  return {
    ...dataFolderHead,
    everySec: 10,
    dirtyOn: ['sample'],
    look() {
      const text = dataRoot.findProblem();
      if (text === null) return { says: config.root, found: [] };
      const title = 'Nothing can be run or changed: the data is not there';
      return {
        says: config.root,
        found: [{ subject: 'identity', severity: 'error', title, text, stops: ['all operations'] }],
      };
    },
  };
}
