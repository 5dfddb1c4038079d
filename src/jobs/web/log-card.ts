// Says how long a job's log is, to a page that then fetches the lines it does not have yet.
import { jobLogFile, jobLogSize } from '../log.ts';
import type { Card } from '../../web/card.ts';

export function logCard(number: number): Card {
  return {
    name: `log-${number}`,
    host: `log-${number}-size`,
    path: `/ui/jobs/${number}/log/size`,
    dirtyOn: ['log', 'job'],
    load: ({ config }) => ({ size: jobLogSize(jobLogFile(config.root, number)) }),
  };
}
