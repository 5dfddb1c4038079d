// The critical workflows, again in Firefox.
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp, untilStreams } from '../support/app.ts';
import { firefoxTest } from '../support/firefox.ts';
import { defineDestructive, defineOperation } from '../support/operations.ts';
import { card, jobRow } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
/** As WebDriver names it. */
const homeKey = '\uE011';

firefoxTest(
  'Firefox confirms a destructive run, follows it live, and shares one stream between tabs',
  async (t, firefox) => {
    const catalogue = createCatalogue([defineDestructive(), defineOperation()]);
    const app = await startApp(t, { ...noop, catalogue });
    await firefox.open(`${app.origin}/operations`);
    await firefox.waitFor('html[data-leads]');
    await firefox.click('#op-wipe .btn');
    await firefox.type('#reason', 'mon');
    await app.run('chore');
    await firefox.waitFor(`${card.controls}[data-held]`);
    await firefox.type('#reason', 'thly');
    t.equal(await firefox.evaluate("return document.querySelector('#reason').value"), 'monthly');
    await firefox.type('#confirm', 'wipe');
    await firefox.click('#dialog-submit');
    await firefox.waitFor(jobRow(2));
    await firefox.waitFor('.toast[data-tone="ok"]');
    t.equal(await firefox.evaluate("return document.querySelector('#dialog').open"), false);
    t.equal((await app.whenJob(2)).reason, 'monthly');

    await firefox.type('body', 'h');
    await firefox.waitFor('.conn.hold');
    await firefox.type('body', 'h');
    await firefox.waitFor('.conn.ok');

    await firefox.openTab();
    await firefox.open(`${app.origin}/operations`);
    await app.run('chore');
    await firefox.waitFor(jobRow(3));
    await untilStreams(app, 1);
    await firefox.closeTab();
    await app.run('chore');
    await firefox.waitFor(jobRow(4));
    await untilStreams(app, 1);
  },
);

firefoxTest('Firefox reads a rule while it is typed, and keeps the caret', async (t, firefox) => {
  const app = await startApp(t, noop);
  await firefox.open(`${app.origin}/schedules/new?preset=own&cron=0+2+*+*+*&zone=UTC`);
  await firefox.waitFor('html[data-leads]');
  await firefox.waitFor('.times time[datetime$="T02:00:00.000Z"]');
  await firefox.type('#arg-cron', `${homeKey}3`);
  await firefox.waitFor('.times time[datetime$="T02:30:00.000Z"]');
  const caret = 'const { id, selectionStart: at } = document.activeElement; return [id, at]';
  t.strictSame(await firefox.evaluate(caret), ['arg-cron', 1]);
  await firefox.type('#arg-cron', `${homeKey}9`);
  await firefox.waitFor('#arg-cron[aria-invalid="true"]');
  t.equal(await firefox.evaluate("return document.querySelector('#arg-cron').value"), '930 2 * * *');
});
