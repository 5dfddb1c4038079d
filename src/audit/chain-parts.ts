// Builds the objects of the audit chain from the kernel.
import { createWalSync } from '../core/db/wal-sync.ts';
import type { Kernel } from '../core/kernel.ts';
import { createChainRepository } from './chain-repository.ts';
import { chainCheck } from './chain-check.ts';
import { headFile } from './head-file.ts';
import { createHeadKeeper } from './head-keeper.ts';

export function createChainParts(ctx: Kernel) {
  const chain = createChainRepository(ctx.ops);
  const file = headFile(ctx.config.root);
  const headKeeper = createHeadKeeper({ ...ctx, chain, file, synced: createWalSync(ctx.ops) });
  return {
    chain,
    headKeeper,
    /** The last row of the audit log, for records that are kept elsewhere; null before the first. */
    head: chain.newest,
    chainCheck: chainCheck({ chain, file, problem: headKeeper.problem }),
  };
}
