// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { flags } from '../flags/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { logStore } from '../log-store/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createAutoRepair } from './auto-repair.ts';
import { tidyGenerations } from './generation.ts';
import { keepSearches } from './kept-searches.ts';
import { createLiveIndex } from './live.ts';
import { searchThreadFile } from './live-thread.ts';
import { prepareLibraryVersion } from './repository.ts';

export type IndexContext = Kernel & ReturnType<typeof createIndexParts>;

export function createIndexParts(ctx: Context) {
  const { config, bus, damage, descriptors, log, only } = ctx;
  tidyGenerations(config.indexFolder);
  const liveIndex = createLiveIndex({
    config,
    libraryVersion: prepareLibraryVersion(ctx.library),
    threadFile: searchThreadFile,
    onChange: () => bus.emit('index'),
    onStatements: ctx.use(logStore).logStore.addStatements,
    countUsage: ctx.use(costStore).usage.add,
    hasRoom: () => descriptors.hasRoomFor('searchThread'),
    onError(error) {
      damage.note(error);
      log.error({ err: error }, 'the search thread failed');
    },
  });
  // A run by hand answers no searches, so it needs no search thread.
  if (!only) bus.on('library', () => void liveIndex.refresh());
  const { repository, current, jobs: own } = ctx.use(jobs);
  const { isOn, flags: known } = ctx.use(flags);
  // A run by hand runs no other jobs.
  const autoRepair = only
    ? null
    : createAutoRepair({ ...ctx, ...ctx.use(windowStore), isOn, flags: known, jobs: own, repository });
  return { liveIndex: keepSearches(liveIndex, { ...ctx, ...current }), repository, autoRepair };
}
