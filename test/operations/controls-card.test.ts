import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { removeStaged, writeStaged } from '../../src/snapshots/staging.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addExperience } from '../support/entries.ts';
import { makeIndexed } from '../support/snapshots.ts';
import { openStream } from '../support/stream.ts';

t.test('an operation without effect is off, with the reason and a link to one that works', async (t) => {
  const root = fs.realpathSync(t.testdir());
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

t.test('repair is on as soon as the index differs from the library', async (t) => {
  const root = fs.realpathSync(t.testdir());
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
