// Checks that the data folder and the databases are still those that the server has opened.
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import type { TelemetryContext } from './parts.ts';

export const dataFolderHead = { id: 'data-folder', component: 'data_folder', title: 'Data folder' };

export function dataRootCheck({ config, dataRoot }: Pick<TelemetryContext, 'config' | 'dataRoot'>): Check {
  return {
    ...dataFolderHead,
    everySec: 10,
    dirtyOn: ['sample'],
    look() {
      const problem = dataRoot.findProblem();
      if (problem === null) return { says: `${config.root}, with the databases of the start`, found: [] };
      const { file, isLost, text } = problem;
      const why = isLost ? 'the data is not there' : `${path.basename(file)} cannot be written`;
      const found: Found = {
        subject: 'identity',
        severity: 'error',
        title: `Nothing can be run or changed: ${why}`,
        text,
        stops: ['all operations'],
        ...([config.databasePath, config.opsDatabasePath].includes(file) && { component: 'database' }),
      };
      return { says: `Not usable: ${config.root}`, found: [found] };
    },
  };
}
