// The dialogs that build an index state the number of entries and the expected time; banner and card give one advice.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { remedyOf } from '../../src/index/remedy.ts';
import { estimateSeconds } from '../../src/operations/workload.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { card, textOf } from '../support/screen.ts';

const consequences = async (app: TestApp, address: string) =>
  textOf((await app.page(`/ui/operations/${address}`)).html, '#dialog-consequences');

t.test('rebuild and repair state how many entries they embed, and how long that takes', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const unknown = /Embeds 72 entries and builds an index of 72 vectors: no run has been measured yet\./;
  t.match(await consequences(app, 'index/confirm'), unknown);
  t.match(await consequences(app, 'repair/confirm'), unknown);
  const job = await app.run('index');
  const ops = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 5000 });
  t.teardown(() => ops.close());
  const duration = `UPDATE job SET finished_at = strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '+144 seconds') WHERE number = ?`;
  ops.exec('DROP TRIGGER IF EXISTS job_terminal');
  ops.prepare(duration).run(job.number);
  t.match(
    await consequences(app, 'index/confirm?full=true'),
    /Embeds 72 entries and builds an index of 72 vectors: about 2 min 25 s\./,
  );
  const one = openDatabase(app.parts.config.databasePath, { busyMs: 5000 });
  t.teardown(() => one.close());
  const id = one.prepare('SELECT id FROM experiences LIMIT 1').pluck().get() as string;
  t.match(await consequences(app, `index/confirm?full=true&entry=${id}`), /Embeds 1 entry .*: about 2 s\./);
  t.match(
    await consequences(app, 'index/confirm'),
    /Embeds nothing and builds an index of 72 vectors: about/,
  );

  const [other] = one.prepare('SELECT id FROM experiences WHERE id <> ? LIMIT 1').pluck().all(id);
  one.prepare(`UPDATE experiences SET embedding_status = 'failed' WHERE id = ?`).run(other);
  one
    .prepare(
      `UPDATE category_manuals SET embedding_status = 'pending' WHERE id = (SELECT min(id) FROM category_manuals)`,
    )
    .run();
  const states = async (query: string) => consequences(app, `index/confirm?${query}`);
  t.match(await states(''), /Embeds 2 entries and builds an index of 72 vectors/, 'waiting and failed ones');
  t.match(await states('full=true'), /Embeds 72 entries and builds an index of 72 vectors/);
  t.match(await states(`full=true&entry=${id}`), /Embeds 1 entry and builds an index of 70 vectors/);
  t.match(await states(`entry=${other}`), /Embeds 1 entry and builds an index of 71 vectors/);
  const { result } = await app.run('index', { full: true, entry: id });
  t.match(result, { embedded: 1, reused: 69, vectors: 70 }, 'as it was said');
});

t.test('the expected time follows the runs that did comparable work', async (t) => {
  const building = { embeds: 0, vectors: 1000, seconds: 10 };
  const embedding = { embeds: 100, vectors: 1000, seconds: 60 };
  const work = { embeds: 200, vectors: 1000 };
  t.equal(estimateSeconds(work, []), null);
  t.equal(estimateSeconds(work, [building]), null, 'no run embedded anything');
  t.equal(estimateSeconds(work, [building, embedding]), 110, 'half a second an entry, and the build');
  t.equal(estimateSeconds({ embeds: 0, vectors: 2000 }, [building, embedding]), 20);
});

t.test('banner and card recommend the same action in every state of the index', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const advice = async () => {
    await app.parts.liveIndex.refresh();
    const { html } = await app.page('/operations');
    const link = (within: string) =>
      html
        .querySelectorAll(`${within} a.btn`)
        .find((one) => /operations\/(index|repair)\/confirm/.test(one.getAttribute('href') ?? ''));
    return [link(card.banners), link(card.index)].map((one) => one?.getAttribute('href'));
  };
  const rebuild = '/ui/operations/index/confirm';
  const repair = '/ui/operations/repair/confirm';
  t.same(await advice(), [rebuild, rebuild], 'no index yet');
  await app.run('index');
  t.same(await advice(), [undefined, undefined], 'nothing to do');
  const library = openDatabase(app.parts.config.databasePath, { busyMs: 5000 });
  t.teardown(() => library.close());
  library.exec("UPDATE experiences SET title = title || ' again'");
  t.same(await advice(), [repair, repair], 'entries are stale');
  const pointer = fs.readdirSync(app.parts.config.indexFolder).find((name) => name.startsWith('current'));
  fs.writeFileSync(path.join(app.parts.config.indexFolder, pointer ?? ''), 'not a pointer');
  t.same(await advice(), [rebuild, rebuild], 'the index cannot be used');
});

t.test('there is one remedy for each state', async (t) => {
  type State = 'none' | 'ready' | 'behind' | 'broken';
  const of = (
    state: State,
    entries: number,
    fresh: number,
    orphans = 0,
    words_problem = null as string | null,
  ) => remedyOf({ state, entries, fresh, orphans, words_problem })?.label ?? null;
  t.equal(of('none', 0, 0), null, 'an import comes first');
  t.equal(of('none', 5, 0), 'Rebuild index…');
  t.equal(of('broken', 5, 0), 'Rebuild index…');
  t.equal(of('behind', 5, 4), 'Repair 1 entry…');
  t.equal(of('behind', 5, 5, 2), 'Remove 2 vectors…');
  t.equal(of('ready', 5, 5), null);
  t.equal(of('ready', 5, 5, 0, 'The index has no word index.'), 'Rebuild index…');
  t.equal(
    of('behind', 5, 4, 0, 'The index has no word index.'),
    'Repair 1 entry…',
    'a repair writes it, too',
  );
});
