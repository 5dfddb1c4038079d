import t from 'tap';
import { createApp } from '../src/app.ts';
import { systemRequester } from '../src/core/audit.ts';
import { readConfig } from '../src/core/config.ts';
import { createSilentLog } from '../scripts/bench/silent-log.ts';
import { createCatalogue } from '../src/core/catalogue.ts';
import { jobs } from '../src/jobs/feature.ts';
import { defineOperation } from './support/operations.ts';
import { makeFolder } from './support/folder.ts';

function build(root: string) {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_WORKERS: '0' }, root);
  return createApp(config, {
    ...createSilentLog(config),
    catalogue: createCatalogue([defineOperation()]),
  });
}

t.test('a close during the start waits for it, starts no queued job, and closes everything', async (t) => {
  const root = makeFolder(t);
  const app = await build(root);
  const waiting = await app.use(jobs).jobs.submit({ operation: 'chore', args: {} }, systemRequester);
  const started = app.start();
  await app.close();
  t.match(await started, /^http:/);

  const next = await build(root);
  t.teardown(() => next.close());
  t.equal(next.use(jobs).jobs.find(waiting.id).status, 'queued');
  await next.start();
});
