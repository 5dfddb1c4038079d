// Names the file of a plan: a dry run has one, which is removed with its job.
import path from 'node:path';

export function plansFolder(root: string): string {
  return path.join(root, 'plans');
}

export function planFile(root: string, jobId: string): string {
  return path.join(plansFolder(root), `${jobId}.db`);
}
