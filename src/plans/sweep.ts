// Removes plans whose job is gone, and what a killed script has left of one.
import fs from 'node:fs';
import path from 'node:path';
import { isTerminal } from '../jobs/job.ts';
import { plansFolder } from '../plan-store/plan-file.ts';
import type { PlanContext } from './parts.ts';

/** Returns how many files it removed. */
export function sweepPlans({ config, repository }: Pick<PlanContext, 'config' | 'repository'>): number {
  const folder = plansFolder(config.root);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const isLeft = (name: string) => {
    const [, id = '', partial] = /^([\w-]+)\.db(\.partial.*)?$/.exec(name) ?? [];
    const job = id === '' ? undefined : repository.find(id);
    return job === null || (partial !== undefined && job !== undefined && isTerminal(job.status));
  };
  const left = names.filter(isLeft);
  for (const name of left) fs.rmSync(path.join(folder, name), { force: true });
  return left.length;
}
