// The runner: starts jobs as child processes, ends them, and records how they ended.
import { plural } from '../core/format.ts';
import type { Feature } from '../web/feature.ts';
import { createRunnerParts, type RunnerParts } from './parts.ts';

export const runner: Feature<RunnerParts> = {
  name: 'runner',
  create: createRunnerParts,
  lifecycle: ({ runner, recover }) => ({
    recover,
    start: runner.start,
    startByHand: runner.start,
    stop: runner.stop,
  }),
  checks: ({ runner }) => [
    {
      name: 'runner',
      health: () => ({ status: 'healthy', detail: `${plural(runner.runningCount(), 'job')} running` }),
    },
  ],
};
