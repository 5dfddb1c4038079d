// A library whose entries an embedding service embeds, and its live index.
import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import type { Config } from '../../src/core/config.ts';
import { createLiveIndex } from '../../src/index/live.ts';
import { searchThreadFile } from '../../src/index/live-thread.ts';
import { startService } from './embedding-service.ts';
import { createLibrary } from './entries.ts';
import { makeFolder } from './folder.ts';

export async function openWithService(t: Test) {
  const service = await startService(t);
  const { config, library } = createLibrary(makeFolder(t), {
    CHL_EMBEDDING_URL: service.url,
    CHL_EMBEDDING_MODEL: 'some/model',
  });
  t.teardown(() => library.close());
  return { service, config, library };
}

/** It is not started. */
export function openLiveIndex(t: Test, config: Config) {
  const live = createLiveIndex({
    config,
    libraryVersion: randomUUID,
    threadFile: searchThreadFile,
    hasRoom: () => true,
    onStatements() {},
    countUsage() {},
    onChange() {},
    onError: (error) => t.fail(error.message),
  });
  t.teardown(live.stop);
  return live;
}
