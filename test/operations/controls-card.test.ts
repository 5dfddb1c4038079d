import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import { type HTMLElement, parse } from 'node-html-parser';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { removeStaged, writeStaged } from '../../src/snapshots/staging.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addExperience } from '../support/entries.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { defineOperation } from '../support/operations.ts';
import { textOf } from '../support/screen.ts';
import { makeIndexed } from '../support/snapshots.ts';
import { openStream } from '../support/stream.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

t.test('an operation without effect is off, with the reason and a link to one that works', async (t) => {
  const root = makeFolder(t);
  (await makeIndexed(root)).library.close();
  const app = await startApp(t, { root });
  const row = async (name: string) => {
    const html = await (await fetch(`${app.origin}/ui/operations/controls`)).text();
    const op = parse(html).querySelector(`#op-${name}`);
    const button = op?.querySelector('.btn-row .btn');
    return {
      isOff: button?.getAttribute('aria-disabled') === 'true',
      why: op?.querySelector(`#${button?.getAttribute('aria-describedby')}`)?.text,
      instead: op?.querySelector('.why a')?.getAttribute('href'),
    };
  };
  const rebuild = '/ui/operations/index/confirm';
  t.match(await row('repair'), { isOff: true, why: /Nothing to repair/, instead: rebuild });
  t.match(await row('rollback'), { isOff: true, why: /no previous index/, instead: rebuild });
  t.match(await row('snapshot'), {
    isOff: true,
    why: /No snapshot is uploaded/,
    instead: '/operations#snapshot-form',
  });
  t.match(await row('index'), { isOff: false, why: undefined });

  stage(app);
  t.match(await row('snapshot'), { isOff: false, why: undefined }, 'an upload waits');
});

t.test('an operation without effect stays off while another job holds its lock', async (t) => {
  const root = fs.realpathSync(
    makeFolder(t, {
      'operations.yaml': `operations:
  - name: chore
    title: Chore
    summary: Sleeps.
    command: [sleep, "1000"]
    locks: { exclusive: [index] }
`,
    }),
  );
  const app = await startApp(t, { root });
  await app.json('/api/v1/operations/chore', {});
  await app.whenJob(1, 'running');
  const { html } = await app.page('/ui/operations/controls');
  for (const name of ['snapshot', 'rollback']) {
    const row = html.querySelector(`#op-${name}`);
    t.equal(row?.querySelector('.btn-row .btn')?.getAttribute('aria-disabled'), 'true', name);
    t.equal(row?.querySelectorAll('.btn-row .btn').length, 1, `${name} offers nothing that would fail`);
  }
  t.match(textOf(html, '#op-index'), /Blocked by chore #1.* Queue rebuild index…/);
});

t.test('the button of a running operation is off and shows its state', async (t) => {
  const app = await startApp(t, { catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });
  await app.json('/api/v1/operations/chore', {});
  await app.whenJob(1, 'running');
  const button = (html: HTMLElement) => html.querySelector('#op-chore > .btn-row .btn');
  const { html } = await app.page('/ui/operations/controls');
  t.equal(button(html)?.getAttribute('aria-disabled'), 'true');
  t.match(button(html)?.text, /Running/);
  t.match(textOf(html, `#${button(html)?.getAttribute('aria-describedby')}`), /Running/);
  t.equal(html.querySelectorAll('#op-chore form').length, 0, 'nothing sends a second run');
  await app.json('/api/v1/operations/jobs/1/cancel', {});
  await app.whenJob(1, 'cancelled');
  const after = (await app.page('/ui/operations/controls')).html;
  t.equal(after.querySelector('#run-chore')?.getAttribute('aria-disabled'), undefined);
});

t.test('all running jobs of an operation are listed, each with bar, time left and actions', async (t) => {
  const app = await startApp(t, { catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });
  for (const number of [1, 2]) {
    await app.json('/api/v1/operations/chore', {});
    await app.whenJob(number, 'running');
  }
  // Each script reports once, which would replace the progress below.
  const hasReported = (number: string) => app.parts.repository.find(number)?.progress !== null;
  await until(() => ['1', '2'].every(hasReported));
  const ops = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 5000 });
  t.teardown(() => ops.close());
  const progress = {
    done: 50,
    total: 200,
    phase: null,
    note: null,
    rate: 5,
    phase_started_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:10.000Z',
  };
  ops.prepare('UPDATE job SET progress = ?').run(JSON.stringify(progress));
  const { html } = await app.page('/ui/operations/controls');
  t.match(textOf(html, '#op-chore .op-t'), /2 running/);
  for (const number of [1, 2]) {
    t.match(textOf(html, `#active-${number}`), /Running 25% #\d .* Live log .*Cancel….* about 30 s left/);
    t.equal(html.querySelectorAll(`#active-${number} progress[value=50][max=200]`).length, 1);
  }
});

t.test('the upkeep is folded, and opens while one of its operations is active or has failed', async (t) => {
  const app = await startApp(t);
  const more = async () => {
    const { html } = await app.page('/operations');
    const group = html.querySelector('#more');
    return {
      names: group?.querySelectorAll('.thin').map(({ id }) => id),
      isOpen: group?.hasAttribute('open'),
      summary: textOf(html, '#more > summary .push'),
    };
  };
  t.same(await more(), {
    names: ['op-restore', 'op-audit-check', 'op-drill', 'op-database', 'op-recount', 'op-costs'],
    isOpen: false,
    summary:
      'Restore library, check audit log, test backup, check or compact a database, recount, close costs',
  });
  const { repository } = app.parts;
  endJob(repository, insertJob(repository, { operation: 'recount' }), 'failed');
  t.match(await more(), { isOpen: true, summary: '1 failed' });
});

t.test('custom operations are grouped, and more than ten start folded with a filter', async (t) => {
  const root = makeFolder(t);
  const write = (count: number) => {
    const entries = Array.from({ length: count }, (_, at) => {
      const group = at % 3 === 0 ? 'Quality' : at % 3 === 1 ? 'Reports' : null;
      return `  - { name: chore-${at}, title: Chore ${at}, summary: Does it., command: ["${at === 1 ? 'false' : 'true'}"]${group ? `, group: ${group}` : ''} }\n`;
    });
    fs.writeFileSync(path.join(root, 'operations.yaml'), `operations:\n${entries.join('')}`);
  };
  write(10);
  const app = await startApp(t, { root });
  const groups = async () =>
    (await app.page('/operations')).html.querySelectorAll('details.group:not(#more)').map((group) => ({
      summary: textOf(group, 'summary'),
      rows: group.querySelectorAll('[id^=op-chore-]').length,
      isOpen: group.hasAttribute('open'),
    }));
  const filter = async () =>
    (await app.page('/operations')).html.querySelectorAll('#operation-filter').length;
  t.same(await groups(), [
    { summary: 'Quality 4 none run yet', rows: 4, isOpen: true },
    { summary: 'Reports 3 none run yet', rows: 3, isOpen: true },
    { summary: 'Other 3 none run yet', rows: 3, isOpen: true },
  ]);
  t.equal(await filter(), 0);
  write(30);
  app.parts.customOperations.runOnce();
  await app.run('chore-1');
  await app.run('chore-3');
  t.same(await groups(), [
    { summary: 'Quality 10 1 operation done', rows: 10, isOpen: false },
    { summary: 'Reports 10 1 failed', rows: 10, isOpen: true },
    { summary: 'Other 10 none run yet', rows: 10, isOpen: false },
  ]);
  t.equal(await filter(), 1);
});

t.test('repair is on as soon as the index differs from the library', async (t) => {
  const root = makeFolder(t);
  const { library } = await makeIndexed(root);
  t.teardown(() => library.close());
  const app = await startApp(t, { root });
  const row = async () => {
    await app.parts.liveIndex.refresh();
    const html = await (await fetch(`${app.origin}/ui/operations/controls`)).text();
    return parse(html).querySelector('#op-repair');
  };
  const isOff = async () => (await row())?.querySelector('.btn[aria-disabled=true]') !== null;
  t.ok(await isOff(), 'the index matches the library');
  addExperience(library, 'E9');
  t.notOk(await isOff(), 'an entry is missing');
  library.prepare(`DELETE FROM experiences WHERE id = 'E9'`).run();
  t.ok(await isOff());
  library.prepare(`DELETE FROM experiences WHERE id = 'E1'`).run();
  t.notOk(await isOff(), 'a vector is of no entry');
});

t.test('the install dialog asks for no id, and reports when no snapshot is uploaded', async (t) => {
  const app = await startApp(t);
  const show = async (query: string) =>
    parse(await (await fetch(`${app.origin}/ui/operations/snapshot/confirm${query}`)).text());
  const empty = await show('');
  t.match(empty.querySelector('[role=alert]')?.text, /No snapshot is uploaded/);
  t.notOk(empty.querySelector('[name=staged_id]'));
  const named = (await show('?staged_id=0a0a0a0a')).querySelector('[name=staged_id]');
  t.match(named?.attributes, { type: 'hidden', value: '0a0a0a0a' });
});

t.test('an installed snapshot leaves the index card', async (t) => {
  const app = await startApp(t);
  stage(app);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=index');
  await stream.until(({ data }) => data.includes('is ready to install'));
  const from = stream.events.length;
  removeStaged(app.parts.config.indexFolder, '00000000');
  app.parts.bus.emit('library');
  await stream.until(({ event, data }) => event === 'index' && !data.includes('is ready to install'), from);
});

function stage({ parts }: TestApp) {
  const { indexFolder } = parts.config;
  fs.mkdirSync(path.join(indexFolder, 'staged-00000000'), { recursive: true });
  writeStaged(indexFolder, {
    staged_id: '00000000',
    file_name: 'set.zip',
    uploaded_by: 'a test',
    uploaded_at: new Date().toISOString(),
    bytes: 1,
    manifest: { format: 'x', model: 'x', dimension: 1, count: 1, built_at: null, files: {} },
    coverage: { entries: 1, covered: 1, stale: 0, missing: 0, orphans: 0 },
  });
}
