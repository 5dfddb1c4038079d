// The snapshots on the index card: the current upload with its checks, and the staged ones.
import { checkStages } from '../stages.ts';
import { describeCoverage } from '../../index/coverage.ts';
import { listStaged } from '../staging.ts';
import type { SnapshotContext } from '../parts.ts';

const stages = ['receive', ...checkStages] as const;
const titles = {
  receive: 'Received',
  structure: 'Structure',
  hashes: 'Hashes',
  compatibility: 'Compatibility',
  coverage: 'Coverage',
};

export function viewSnapshots({ uploads, config }: Pick<SnapshotContext, 'uploads' | 'config'>) {
  const upload = uploads.state();
  const current = upload ? stages.indexOf(upload.stage) : 0;
  return {
    upload,
    stages: stages.map((name, i) => ({ title: titles[name], ...viewStage(i, current) })),
    staged: listStaged(config.indexFolder).map((staged) => ({
      ...staged,
      coverage: describeCoverage(staged.coverage),
    })),
  };
}

function viewStage(stage: number, current: number) {
  if (stage < current) return { state: 'done', icon: 'check' };
  return stage === current ? { state: 'cur', icon: 'half' } : { state: 'todo', icon: null };
}
