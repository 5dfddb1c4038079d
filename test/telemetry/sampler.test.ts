import t from 'tap';
import { createBus } from '../../src/bus.ts';
import { openDatabase } from '../../src/db/open.ts';
import { createLiveIndex } from '../../src/index/live.ts';
import { createSampler } from '../../src/telemetry/sampler.ts';
import { addExperience, createLibrary } from '../support/entries.ts';

t.test('a change by another program is told once, and the truth of the index follows', async (t) => {
  const { config, library } = createLibrary(t.testdir());
  const reader = openDatabase(config.databasePath, { busyMs: 100 });
  const bus = createBus();
  const liveIndex = createLiveIndex({ config, onChange: () => bus.emit('index'), onError: t.fail });
  const sampler = createSampler({ library: reader, liveIndex, bus, intervalMs: 60_000 });
  await liveIndex.start();
  t.teardown(async () => {
    sampler.stop();
    sampler.stop();
    await liveIndex.stop();
    reader.close();
    library.close();
  });
  let told = 0;
  bus.on('library', () => told++);

  await sampler.runOnce();
  t.equal(told, 0);
  addExperience(library, 'E1');
  await sampler.runOnce();
  await sampler.runOnce();
  t.equal(told, 1);
  t.match(liveIndex.truth(), { entries: 1, missing: 1 });
});
