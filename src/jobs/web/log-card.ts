// The size of a job's log; when it changes, the page fetches the new lines.
import type { RecordCard } from '../../web/card.ts';
import { jobLogFile, jobLogSize } from '../log.ts';
import type { JobContext } from '../parts.ts';

export const logCard = ({ config, jobs, repository }: JobContext): RecordCard => ({
  name: 'log',
  host: 'log-:number-size',
  path: '/ui/jobs/:number/log/size',
  dirtyOn: ['job'],
  dirtyOnRecord: ['log'],
  exists: (number) => repository.find(number) !== null,
  load: (number) => ({ size: jobLogSize(jobLogFile(config.root, jobs.find(number).number)) }),
});
