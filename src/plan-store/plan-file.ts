// Where the plans of dry runs are: one file per job, removed with it.
import path from 'node:path';

export function plansFolder(root: string): string {
  return path.join(root, 'plans');
}

export function planFile(root: string, jobId: string): string {
  return path.join(plansFolder(root), `${jobId}.db`);
}
