// Checks that the data folder and the databases are still those that the server has opened.
import type { Check } from '../core/check.ts';
import type { TelemetryContext } from './parts.ts';

export function dataRootCheck({ config, dataRoot }: Pick<TelemetryContext, 'config' | 'dataRoot'>): Check {
  return {
    name: 'data_folder',
    health() {
      const text = dataRoot.findProblem();
      return text ? { status: 'unhealthy', detail: text } : { status: 'healthy', detail: config.root };
    },
    problem() {
      const text = dataRoot.findProblem();
      return text
        ? { tone: 'bad', title: 'Nothing can be run or changed: the data is not there', text }
        : null;
    },
    dirtyOn: ['sample'],
  };
}
