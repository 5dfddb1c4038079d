// Before the end of a job is reported: removes what its script left, and makes the rows of backups true.
import type { EndedJob } from '../core/bus.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import { inTime } from '../core/in-time.ts';
import type { createInventory } from './inventory.ts';
import { answerMaxMs, noAnswer } from './set-reader.ts';
import type { createCleaning } from './unfinished.ts';

type Given = {
  config: Pick<Config, 'backupPath'>;
  cleaning: Pick<ReturnType<typeof createCleaning>, 'afterJob'>;
  inventory: Pick<ReturnType<typeof createInventory>, 'catchUp'>;
  catalogue: Pick<Catalogue, 'find'>;
};

/** Works for one job at a time: each call to a disk that does not answer holds one of the few threads that all files share.
 *  The function throws `temporary` after `maxMs`, and the work goes on meanwhile. */
export function createCatchUp({ config, cleaning, inventory, catalogue }: Given, maxMs = answerMaxMs) {
  let last: Promise<unknown> = Promise.resolve();
  return async (ended: EndedJob): Promise<void> => {
    const work = last.then(async () => {
      if (mayLeaveFiles(catalogue, ended)) await cleaning.afterJob(ended);
      await inventory.catchUp();
      return true;
    });
    last = work.catch(() => {});
    if ((await inTime(work, maxMs)) === null) throw noAnswer(config);
  };
}

/** The program of a custom operation makes no file under a hidden name of a job. */
function mayLeaveFiles(catalogue: Given['catalogue'], { operation }: EndedJob): boolean {
  return typeof (catalogue.find(operation)?.script ?? '') === 'string';
}
