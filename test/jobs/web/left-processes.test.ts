import '../../support/plain-children.ts';
import { once } from 'node:events';
import fs from 'node:fs';
import t from 'tap';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import type { Job } from '../../../src/jobs/job.ts';
import { startApp } from '../../support/app.ts';
import { defineOperation } from '../../support/operations.ts';
import { textOf } from '../../support/screen.ts';
import { isAvailable } from '../../support/tracking.ts';

for (const tracking of ['namespace', 'cgroup', 'group'] as const) {
  const skip = isAvailable(tracking) ? false : `this system allows no ${tracking}`;
  const env = { CHL_PROCESS_TRACKING: tracking };

  t.test(
    `${tracking}: a normal end lists what was left, by the pids seen from outside`,
    { skip },
    async (t) => {
      const catalogue = createCatalogue([
        defineOperation({ child: 'forks-a-daemon-and-sleeps' }),
        defineOperation({ name: 'quick', child: 'forks-a-daemon' }),
      ]);
      const app = await startApp(t, { catalogue, env });
      await app.run('quick');
      t.match((await app.json('/api/v1/operations/jobs/1')).body, { status: 'succeeded', tracking });
      t.match(
        textOf((await app.page('/jobs/1')).html, '.kv'),
        /Left by the script Process \d+ \(sleep\): (killed|ended)/,
      );

      await app.json('/api/v1/operations/chore', {});
      const { bus, repository } = app.parts;
      while (!repository.find('2')?.progress) await once(bus, 'job');
      const shown = /Process id (\d+)/.exec(textOf((await app.page('/jobs/2')).html, 'main'))?.[1];
      t.equal(Number(shown), repository.find('2')?.pid);
      t.match(fs.readFileSync(`/proc/${shown}/cmdline`, 'utf8'), /forks-a-daemon-and-sleeps/);
      await app.json('/api/v1/operations/jobs/2/cancel', {});
      await app.whenJob(2, 'cancelled');
      const { body } = await app.json('/ui/jobs/2/notice');
      t.match(
        body.text,
        tracking === 'group' ? /Detached processes cannot be found/ : /^0 processes left\.$/,
      );
    },
  );
}

t.test('the notice of a cancelled job names processes that could not be killed', async (t) => {
  const app = await startApp(t, { catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });
  const { repository } = app.parts;
  const { body: job } = await app.json('/api/v1/operations/chore', {});
  await app.whenJob(job.number, 'running');
  const message = 'Cancelled, but 1 of its processes could not be killed: pid 77.';
  const failure = { code: 'signalled', message, detail: { survivors: [77] }, stderr_tail: null } as const;
  repository.finish(repository.find('1') as Job, { status: 'cancelled', failure }, () => {});
  t.match((await app.json('/ui/jobs/1/notice')).body, { title: 'Chore #1 was cancelled.', text: message });
});

t.test('a job’s page and its API list what the script left, and say what cannot be found', async (t) => {
  const catalogue = createCatalogue([
    defineOperation({ child: 'forks-a-daemon' }),
    defineOperation({ name: 'clean' }),
  ]);
  const env = { CHL_PROCESS_TRACKING: 'group', CHL_KILL_GRACE_SEC: '0' };
  const app = await startApp(t, { catalogue, env });
  await app.run('chore');
  const { body } = await app.json('/api/v1/operations/jobs/1');
  t.match(body, { status: 'succeeded', tracking: 'group', pid: Number });
  t.match(body.left_processes, [{ pid: Number, name: 'sleep', fate: 'killed' }]);
  const { html } = await app.page('/jobs/1');
  const left = body.left_processes[0];
  t.match(textOf(html, '.kv'), `Left by the script Process ${left.pid} (sleep): killed`);
  t.match(textOf(html, '.kv'), 'Detached processes Cannot be found on this system.');
  await app.run('clean');
  const clean = await app.page('/jobs/2');
  t.notMatch(textOf(clean.html, '.kv'), 'Left by the script');
});
