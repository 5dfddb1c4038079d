// The history of starts, and the page About.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { version } from '../../src/core/config.ts';
import { readBuild } from '../../src/starts/build.ts';
import { createStarts, type Start } from '../../src/starts/repository.ts';
import { startApp } from '../support/app.ts';
import { startEngine } from '../support/engine.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const start = (at: string, change: Partial<Start> = {}): Start => ({
  at,
  version: '1.0.0',
  commit: null,
  node: '22.0.0',
  sqlite: '3.50.0',
  mode: 'scripts',
  pid: 1,
  boot_id: null,
  config_sha256: 'a',
  ...change,
});

function open(t: Test) {
  const { ops } = startEngine(t);
  const sample = ops.prepare('INSERT INTO sample (at) VALUES (unixepoch(?))');
  return { starts: createStarts(ops), addSample: (at: string) => sample.run(at) };
}

t.test('a run that left no end was lost at its last sample; a run without one at its start', async (t) => {
  const { starts, addSample } = open(t);
  starts.add(start('2026-01-01T10:00:00.500Z'));
  starts.add(start('2026-01-01T11:00:00.500Z'));
  starts.recordStop(starts.add(start('2026-01-01T12:00:00.500Z')), '2026-01-01T12:30:00.000Z');
  starts.add(start('2026-01-01T13:00:00.500Z'));
  for (const time of ['09:00', '10:05', '10:10', '12:10', '13:00']) addSample(`2026-01-01T${time}:00Z`);
  starts.closeLost();
  t.strictSame(
    starts.list(10).items.map(({ end, ended_at }) => [end, ended_at]),
    [
      ['lost', '2026-01-01T13:00:00.500Z'],
      ['stopped', '2026-01-01T12:30:00.000Z'],
      ['lost', '2026-01-01T11:00:00.500Z'],
      ['lost', '2026-01-01T10:10:00.000Z'],
    ],
  );
});

t.test('a start says whether settings have changed since the one before, also across pages', async (t) => {
  const { starts } = open(t);
  for (const config_sha256 of ['a', 'a', 'b', 'b']) starts.add(start('2026-01-01', { config_sha256 }));
  const first = starts.list(2);
  const second = starts.list(2, first.next);
  t.strictSame(
    [...first.items, ...second.items].map(({ id, config_changed }) => [id, config_changed]),
    [
      [4, false],
      [3, true],
      [2, false],
      [1, null],
    ],
  );
  t.equal(second.next, null);
});

t.test('without a file of the build nothing is claimed about it', async (t) => {
  const unknown = { commit: null, branch: null, author: null, isDirty: null, builtAt: null };
  t.same(readBuild('/nowhere'), unknown);
  t.same(readBuild(`${makeFolder(t, { 'build.json': '{"commit": 7' })}/build.json`), unknown);
});

t.test('About names the version, the process and its start; a row of Settings leads there', async (t) => {
  const app = await startApp(t);
  const { html } = await app.page('/settings/about');
  const page = textOf(html, 'main');
  t.match(page, new RegExp(`CHL Operations ${version}[\\s\\S]*Node ${process.versions.node}`));
  t.match(page, new RegExp(`Process ${process.pid}`));
  t.match(textOf(html, 'tbody tr'), /Running/);
  t.match(textOf(html, '.crumbs'), 'Settings About');
  const hub = (await app.page('/settings')).html;
  t.match(hub.querySelector('a.cover[href="/settings/about"]')?.text, 'About');
  const { body } = await app.json('/api/v1/starts?limit=1');
  t.match(body, {
    items: [{ version, pid: process.pid, end: null, config_changed: null }],
    next_cursor: null,
  });
  t.equal((await app.json('/api/v1/starts?limit=0')).status, 422);
});

t.test('a server records its end, and at its next start the loss of a run that could not', async (t) => {
  const root = makeFolder(t);
  const first = await startApp(t, { root, env: { CHL_OPERATIONS_MODE: 'noop' } });
  createStarts(first.ops).add(start('2026-01-01T10:00:00.000Z'));
  await first.close();
  const second = await startApp(t, { root, env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { body } = await second.json('/api/v1/starts');
  t.match(body.items, [
    { pid: process.pid, end: null, ended_at: null },
    { at: '2026-01-01T10:00:00.000Z', end: 'lost', ended_at: /^2026/ },
    { pid: process.pid, end: 'stopped', ended_at: /^20/ },
  ]);
  t.equal(body.items.length, 3);
});

t.test('a server that crashes again and again leaves a thousand starts', (t) => {
  const { starts } = open(t);
  for (let crash = 0; crash < 1005; crash++) starts.add(start('2026-01-01T10:00:00.000Z'));
  const { items, next } = starts.list(2000);
  t.strictSame([items.length, items.at(-1)?.id, next], [1000, 6, null]);
  t.end();
});
