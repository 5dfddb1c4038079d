// The page of flags, as forms without scripts see it.
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';

const path = '/settings/flags';
const reason = 'a test needs it';
const env = { CHL_OPERATIONS_MODE: 'noop' };

/** The fields of the form of an answer, as a browser would send them. */
function fieldsOf(text: string): Record<string, string> {
  const inputs = parse(text).querySelectorAll('#flags input[name]');
  const sent = inputs.filter((one) => one.getAttribute('type') !== 'checkbox' || one.hasAttribute('checked'));
  return Object.fromEntries(
    sent.map((one) => [one.getAttribute('name') ?? '', one.getAttribute('value') ?? '']),
  );
}

t.test('the form saves what was changed, and says who did it and why', async (t) => {
  const app = await startApp(t, { env });
  const { text, html } = await app.page(path);
  t.match(textOf(html, '.page-head'), '3 of 5 on.');
  t.match(textOf(html, '.flags'), 'By request · default 5%');
  t.match(textOf(html, '.flags'), 'By entry, read by workers · default off');
  const form = fieldsOf(text);
  t.match(form, { 'on:traces': 'true', 'percent:traces': '5', 'was:on:auto-repair': 'false' });
  const answer = await app.submit('/ui/settings/flags', {
    ...form,
    'percent:traces': '20',
    'on:auto-repair': 'true',
    reason,
  });
  t.equal(answer.status, 303);
  const { body } = await app.json('/api/v1/flags');
  t.match(body.items, [
    { key: 'live-updates', is_default: true },
    { key: 'traces', is_on: true, percent: 20, note: reason },
    { key: 'auto-incidents', is_default: true },
    { key: 'auto-repair', is_on: true, percent: 100 },
    { key: 'vector-recheck', is_default: true },
  ]);
  const after = await app.page(path);
  t.match(textOf(after.html, '.page-head'), '4 of 5 on.');
  t.match(textOf(after.html, '.flags'), `“${reason}”`);
  const off = Object.entries(fieldsOf(after.text)).filter(([name]) => name !== 'on:auto-repair');
  const sent = { ...Object.fromEntries(off), reason };
  t.equal((await app.submit('/ui/settings/flags', sent)).status, 303);
  t.match((await app.json('/api/v1/flags/auto-repair')).body, { is_on: false, percent: 100 });
  t.match((await app.json('/api/v1/flags/traces')).body, { is_on: true, percent: 20 });
});

t.test('the values of the default bring it back', async (t) => {
  const app = await startApp(t, { env });
  const save = async (share: string) => {
    const form = fieldsOf((await app.page(path)).text);
    t.equal(
      (await app.submit('/ui/settings/flags', { ...form, 'percent:traces': share, reason })).status,
      303,
    );
    return (await app.json('/api/v1/flags/traces')).body;
  };
  t.match(await save('20'), { is_default: false, percent: 20 });
  t.match(await save('5'), { is_default: true, percent: 5, changed_by: null, note: null });
  const { body } = await app.json('/api/v1/audit?event=flags.change');
  t.match(body.items[0].detail, { before: { percent: 20 }, after: null });
});

t.test('a refused form keeps what was typed, and names every fault', async (t) => {
  const app = await startApp(t, { env });
  const form = fieldsOf((await app.page(path)).text);
  const send = (more: Record<string, string>) => app.submit('/ui/settings/flags', { ...form, ...more });
  const wrong = await send({
    'percent:traces': '120',
    'on:auto-repair': 'true',
    'percent:auto-repair': '0',
    reason,
  });
  t.equal(wrong.status, 422);
  const html = parse(await wrong.text());
  t.match(textOf(html, '#flags [role="alert"]'), '2 flags cannot be saved: traces and auto-repair.');
  t.match(textOf(html, '#flag-traces-problem'), 'from 0 to 100');
  t.match(textOf(html, '#flag-auto-repair-problem'), 'On for 0% is off for all.');
  t.equal(html.querySelector('#flag-traces-percent')?.getAttribute('value'), '120');
  t.ok(html.querySelector('#flag-auto-repair-on')?.hasAttribute('checked'));
  const silent = await send({ 'percent:traces': '20' });
  t.equal(silent.status, 422);
  const again = parse(await silent.text());
  t.match(textOf(again, '#flags-reason-problem'), 'Write a reason of at least 5 characters.');
  t.equal(again.querySelector('#flag-traces-percent')?.getAttribute('value'), '20');
  t.match((await app.json('/api/v1/flags/traces')).body, { is_default: true });
});

t.test('a save does not replace a newer value, and shows both', async (t) => {
  const app = await startWithRoles(t);
  const form = fieldsOf((await app.page(path)).text);
  const send = (fields: Record<string, string>) =>
    app.submit('/ui/settings/flags', { ...fields, reason }, as('admin'));
  t.equal((await send({ ...form, 'percent:traces': '20' })).status, 303);
  const late = await send({ ...form, 'percent:traces': '30' });
  t.equal(late.status, 409);
  const text = await late.text();
  t.match(
    textOf(parse(text), '#flag-traces-problem'),
    /Changed by admin .* ago to on for 20%; yours is on for 30%. Save again to keep yours./,
  );
  t.equal((await send(fieldsOf(text))).status, 303, 'the next save replaces what has been seen');
  t.match((await app.json('/api/v1/flags/traces')).body, { percent: 30 });
});

t.test('a viewer sees the flags and why they may not change them', async (t) => {
  const app = await startWithRoles(t);
  const { html } = await app.page(path, as('viewer'));
  t.match(html.querySelector('#flags button')?.getAttribute('title'), 'Needs an admin; you are a viewer.');
  t.ok(html.querySelector('#flag-traces-on')?.hasAttribute('disabled'));
  t.match(textOf((await app.page('/settings', as('viewer'))).html, 'main'), '3 of 5 on.');
});

t.test('Try it gives the number of a unit, and the reason', async (t) => {
  const app = await startApp(t, { env });
  const { html } = await app.page(`${path}?key=traces&unit=7f3a91c2`);
  t.match(
    textOf(html, '#try [role="status"]'),
    /^O(n|ff) for 7f3a91c2. Its number is \d+\.\d\d, .*below 5%\.$/,
  );
  const [, asked = ''] = /GET ([^\s,]+)/.exec(textOf(html, '.flag-share')) ?? [];
  t.match(
    (await app.json(asked)).body.because,
    /below 5%/,
    'programs ask at the address that the page names',
  );
  t.match(textOf((await app.page(`${path}?key=auto-repair&unit=7`)).html, '#try'), 'The flag is off.');
  t.equal((await app.page(`${path}?key=none&unit=7`)).html.querySelector('#try [role="status"]'), null);
  const ask = async (query: string) => {
    const { html } = await app.page(`${path}?${query}`, { cookie: 'chl_client=browser-1' });
    return textOf(html, '#try');
  };
  t.match(await ask('key=traces&unit='), 'Give the id of a request for which to try it.');
  t.match(await ask('key=live-updates&unit=&browser=this'), 'On for this browser. Its number is');
  t.match(await ask('key=traces&unit=&browser=this'), 'traces goes by request, not by browser.');
  const { text } = await app.page(`${path}?key=traces&unit=%3Cb%3E`, { 'hx-request': 'true' });
  t.match(text, '&lt;b&gt;');
  t.notMatch(text, '<html');
});
