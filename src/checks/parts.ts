// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { documents } from '../documents/feature.ts';
import { maintenance } from '../maintenance/feature.ts';
import { createChecker } from './checker.ts';
import { createFindingRepository } from './finding-repository.ts';
import { createFindings } from './findings.ts';
import { createMutes } from './mutes.ts';
import { createRunChecks } from './run-checks.ts';
import { createRunbookLink } from './runbook-link.ts';

export type CheckContext = Kernel & ReturnType<typeof createCheckParts>;

export function createCheckParts(ctx: Context) {
  const { log, ops } = ctx;
  const findings = createFindings({
    ...ctx,
    repository: createFindingRepository(ops),
    windowUnderWay: ctx.use(maintenance).windowUnderWay,
    onError: (error) => log.error({ err: error }, 'findings are not saved; tried again'),
  });
  const checker = createChecker({
    ...ctx,
    findings,
    steadyNow: () => performance.now(),
    clean: ctx.redactor.cleanAll,
    onError: (error) => log.error({ err: error }, 'checks were not run'),
  });
  return {
    countUsage: ctx.use(costStore).usage.add,
    windows: ctx.use(maintenance).windows,
    findings,
    checker,
    linkRunbook: createRunbookLink(ctx.use(documents)),
    mutes: createMutes({ ...ctx, findings }),
    runChecks: createRunChecks({ ...ctx, checker }),
    /** The tab of Status counts open findings that are errors, muted ones too. */
    countErrors: () => findings.open().filter(({ severity }) => severity === 'error').length,
  };
}
