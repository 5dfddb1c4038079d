// The page, the API and the dialog of checks, and what each role may do there.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { lookTwice } from '../support/checks.ts';
import { card, textOf } from '../support/screen.ts';

t.test('checks and findings', async (t) => {
  const app = await startApp(t, { env: { CHL_PROT: 'canary-of-a-variable' } });
  await app.parts.checker.runOnce();
  const title = 'A setting has no effect';
  const read = async () => {
    const { html } = await app.page('/checks');
    return { open: textOf(html, '#checks-card'), probes: textOf(html, '#probes-card') };
  };
  const banner = async () => textOf((await app.page('/operations')).html, card.banners);
  const list = async (state: string) => (await app.json(`/api/v1/findings?state=${state}`)).body;

  await t.test('the page shows trouble first, then what each check saw', async (t) => {
    const { open, probes } = await read();
    t.match(
      open,
      /A setting has no effect CHL_PROT is set.*Settings.*warning since.*\d+ of \d+ checks pass\. 1 warning/s,
    );
    t.match(probes, /Databases.*Passes.*0 entries.*ms/s);
    t.match(probes, /Configuration Settings Warning A setting has no effect/);
    t.match(await banner(), title);
    const titles = (await app.page('/checks')).html.querySelectorAll('.probes b').map(({ text }) => text);
    t.equal(new Set(titles).size, titles.length, 'no two checks have one name');
    const { body } = await app.json('/api/v1/status');
    t.match(
      body.items.find((row: { name: string }) => row.name === 'Checks'),
      { sentence: /^\d+ of \d+ checks pass\. 1 warning\.$/, badge: { tone: 'warn', label: '1 warning' } },
    );
  });

  await t.test('Check now runs all checks or one, and leaves an audit row', async (t) => {
    const answer = await app.submit('/ui/checks/run', {});
    t.same([answer.status, answer.headers.get('location')], [303, '/checks']);
    const { status, body } = await app.json('/api/v1/checks/run', { check: 'self-attack' });
    t.equal(status, 200);
    t.match(
      body.items.find(({ id }: { id: string }) => id === 'self-attack'),
      { state: 'pass', says: /^Refused: a forged Host, a cross-site POST and a GET that acts\.$/ },
    );
    t.equal((await app.json('/api/v1/checks/run', { check: 'nothing' })).status, 404);
    t.equal((await app.json('/api/v1/checks/run', { chek: 'index' })).status, 422);
    const audited = app.ops
      .prepare(`SELECT target, outcome FROM audit WHERE event = 'checks.run' ORDER BY id`)
      .all();
    t.match(audited, [
      { target: null, outcome: 'ok' },
      { target: 'check:self-attack', outcome: 'ok' },
      { target: 'check:nothing', outcome: 'refused' },
    ]);
    const guard = app.ops.prepare(`SELECT count(*) FROM audit WHERE event = 'gate.refused'`).pluck();
    t.equal(guard.get(), 0, 'its own attacks leave no rows');
  });

  await t.test('a mute takes it from the banner, and from nothing else, through flaps', async (t) => {
    const [{ id }] = (await list('open')).items;
    const dialog = await app.page(`/ui/findings/${id}/mute`);
    t.equal(dialog.html.querySelectorAll('input[type=radio][name=for]').length, 4);
    t.equal((await app.submit(`/ui/findings/${id}/mute`, { for: 'ever' })).status, 422);
    const muted = await app.submit(`/ui/findings/${id}/mute`, { for: 'change', reason: 'wanted' });
    t.equal(muted.status, 303);
    const config = app.config as { warnings: string[] };
    const { warnings } = config;
    for (let flap = 0; flap < 3; flap++) {
      config.warnings = [];
      await lookTwice(app);
      t.equal((await list('open')).items.length, 0);
      config.warnings = warnings;
      await app.parts.checker.runOnce();
    }
    t.notMatch(await banner(), title);
    t.match(
      (await read()).open,
      /Muted.*A setting has no effect.*muted by .*until it changes.*“wanted”.*Unmute/s,
    );
    t.match((await read()).open, /\d+ of \d+ checks pass\. 1 warning; 1 muted\./);
    t.match((await read()).open, /Settings · warning · muted by/);
    t.match((await read()).probes, /Configuration Settings Muted/);
    t.match(await list('muted'), {
      muted: 1,
      items: [{ id, times: 4, is_muted: true, muted_until: 'change' }],
    });
    const areas: { name: string }[] = (await app.json('/api/v1/status')).body.items;
    t.match(
      areas.find(({ name }) => name === 'Checks'),
      { sentence: /1 muted/ },
    );
    const rows = app.ops
      .prepare(`SELECT outcome, reason, detail FROM audit WHERE event = 'finding.muted'`)
      .all();
    t.match(rows, [
      { outcome: 'refused' },
      {
        outcome: 'ok',
        reason: 'wanted',
        detail: /"before":\{"muted_until":null\},"after":\{"muted_until":"change"\}/,
      },
    ]);
    t.equal((await app.json(`/api/v1/findings/${id}/unmute`, {})).status, 200);
    t.equal((await app.json(`/api/v1/findings/${id}/unmute`, {})).status, 409);
    t.match(await banner(), title);
  });

  await t.test('unknown findings are 404, bad input is 422', async (t) => {
    t.equal((await app.json('/api/v1/findings/99/mute', { for: '1h' })).status, 404);
    t.equal((await app.page('/ui/findings/99/mute')).status, 404);
    t.equal((await app.json('/api/v1/findings/1/mute', { for: '2h' })).status, 422);
    t.equal((await app.json('/api/v1/findings/1/mute', { for: '1h', until: 'x' })).status, 422);
    t.equal((await app.json('/api/v1/findings?state=gone')).status, 422);
    t.equal((await app.json('/api/v1/findings?states=open')).status, 422);
  });

  await t.test('lists are paged, and cleared findings stay', async (t) => {
    fs.chmodSync(app.root, 0o755);
    await app.parts.checker.runOnce();
    const { items, next_cursor } = (await app.json('/api/v1/findings?limit=1')).body;
    t.match({ items, next_cursor }, { items: [{ check_id: 'data-folder-access' }], next_cursor: '1' });
    const second = (await app.json('/api/v1/findings?limit=1&cursor=1')).body;
    t.match(second, { items: [{ check_id: 'configuration' }], next_cursor: null });
    fs.chmodSync(app.root, 0o700);
    await lookTwice(app);
    t.match((await list('cleared')).items, [{ check_id: 'data-folder-access', state: 'cleared' }]);
    t.equal((await list('all')).items.length, 2);
  });

  await t.test('the report is text and holds no secret', async (t) => {
    const answer = await fetch(`${app.origin}/api/v1/findings/report`);
    t.match(answer.headers.get('content-type'), 'text/plain');
    const text = await answer.text();
    t.match(text, /WARNING settings: A setting has no effect[\s\S]*pass +index: /);
    t.notMatch(text, 'canary-of-a-variable');
    const { html } = await app.page('/checks');
    const button = html.querySelector('[data-copy-from]');
    t.equal(button?.getAttribute('data-copy-from'), '/api/v1/findings/report', 'for Copy report');
    const live = html.querySelectorAll('[sse-connect]').at(-1)?.getAttribute('sse-connect');
    t.match(live, /topics=checks$/, 'a stream keeps a card until it changes: it would replace newer looks');
  });
});

t.test('a viewer sees why the buttons are locked, and is refused', async (t) => {
  const app = await startApp(t, { env: { CHL_ACCESS_TOKEN: 'canary-token-of-a-test', CHL_PROT: '1' } });
  const admin = { authorization: 'Bearer canary-token-of-a-test' };
  const { body } = await app.json('/api/v1/tokens', { name: 'reader', role: 'viewer' }, admin);
  const viewer = { authorization: `Bearer ${body.token}` };
  const { html, status } = await app.page('/checks', viewer);
  t.equal(status, 200);
  t.match(html.querySelector('#check-now')?.getAttribute('title'), /Needs an operator; you are a viewer/);
  for (const path of ['checks/run', 'findings/1/mute', 'findings/1/unmute'])
    t.equal((await app.json(`/api/v1/${path}`, { for: '1h' }, viewer)).status, 403, path);
  t.equal((await app.json('/api/v1/findings', undefined, viewer)).status, 200);
  t.match(
    (await app.json('/api/v1/checks', undefined, viewer)).body.items.find(
      ({ id }: { id: string }) => id === 'self-attack',
    ),
    { found: [] },
    'with tokens, the attacks still are refused as attacks',
  );
  const seenBy = () =>
    app.parts.checker
      .watches()
      .find(({ check }) => check.id === 'restarts')
      ?.last();
  t.same((await app.json('/health')).body, { status: 'healthy' });
  const seen = seenBy();
  await app.json('/health');
  t.equal(seenBy(), seen, 'requests without a token do not make the checks run each time');
  await app.json('/health', undefined, viewer);
  t.not(seenBy(), seen);
  const unknown = await runHere(app.root, ['doctor']);
  t.match(unknown, { code: 1, out: /^error +server +.*CHL_TOKEN.*CHL_TOKEN_FILE/ });
  t.match(unknown.out, /^ok +Node\.js/m, 'what needs no server is checked without it');
  const doctor = await runHere(app.root, ['doctor'], { CHL_TOKEN: body.token });
  t.match(doctor, { code: 0, out: /warning +configuration +A setting has no effect/ }, 'a viewer may ask');
  t.notOk(fs.readFileSync(path.join(app.root, 'ops.db'), 'latin1').includes('canary-token-of-a-test'));
});
