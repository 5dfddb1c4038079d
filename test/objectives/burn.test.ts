// The pace at which an allowance is used, and its finding: not for few bad events, and with a text that stays.
import t from 'tap';
import type { Found } from '../../src/core/check.ts';
import { findBurn } from '../../src/objectives/burn.ts';
import { objectivesCheck } from '../../src/objectives/objectives-check.ts';
import { answered, minuteMs, openObjectives, type TestObjectives } from '../support/objectives.ts';

const month = { target: 0.99, window_days: 30 };

/** The same share of bad events in each span. */
const paced = (bad: number, total: number) => () => ({ good: total - bad, total });

t.test('the pace of each rule, and the minimum of bad events', async (t) => {
  t.match(findBurn(month, paced(144, 1000)), { severity: 'error', used_up_in_sec: 180_000 });
  t.match(findBurn(month, paced(143, 1000)), { severity: 'error' }, '5% in 6 h');
  t.match(findBurn(month, paced(60, 1000)), { severity: 'error' });
  t.match(findBurn(month, paced(59, 1000)), { severity: 'warning' });
  t.match(findBurn(month, paced(10, 1000)), { severity: 'warning' });
  t.equal(findBurn(month, paced(9, 900)), null, 'nine are too few');
  t.equal(findBurn(month, paced(9, 9)), null);
  t.equal(findBurn(month, paced(10, 1001)), null, 'the target is kept');
  t.match(findBurn({ ...month, window_days: 7 }, paced(34, 1000)), { severity: 'error' }, '3.36 in an hour');
  const over = (lengthSec: number) => (lengthSec <= 1800 ? { good: 9, total: 9 } : { good: 0, total: 50 });
  t.match(findBurn(month, over), { severity: 'warning' }, 'the last half hour was good');
  t.equal(
    findBurn(month, () => ({ good: 0, total: 0 })),
    null,
  );
});

async function fail(opened: TestObjectives, bad: number, good = 0) {
  for (let at = 0; at < bad; at++) opened.recorder.addRequest(answered({ method: 'POST', status: 500 }));
  for (let at = 0; at < good; at++) opened.recorder.addRequest(answered({ method: 'POST' }));
  await opened.recorder.runOnce();
}

const look = (check: ReturnType<typeof objectivesCheck>) => check.look() as { says: string; found: Found[] };

t.test('nine bad requests: no finding; with ten within the hour: one', async (t) => {
  const opened = openObjectives(t);
  const check = objectivesCheck(opened);
  await fail(opened, 9, 40);
  t.same(look(check).found, []);
  await fail(opened, 1);
  const { found } = look(check);
  t.match(found, [
    {
      subject: 'answers',
      component: 'objective:answers',
      severity: 'error',
      title: 'Too many requests fail',
      text: "At this pace the month's allowance is used up in 18 h. Look at the errors and the routes that fail.",
      fix: { href: '/requests' },
    },
  ]);
  t.equal(found.length, 1);
});

t.test('the text stays while the pace is alike, and the finding goes when it is over', async (t) => {
  const opened = openObjectives(t);
  const check = objectivesCheck(opened);
  await fail(opened, 10, 40);
  const [first] = look(check).found;
  opened.clock.ms += minuteMs;
  await fail(opened, 5, 10);
  t.equal(look(check).found[0]?.text, first?.text);
  await fail(opened, 200);
  t.match(look(check).found[0]?.text, /is used up in 4 h \d0 min|is used up in 4 h/);
  opened.clock.ms += 31 * minuteMs;
  await fail(opened, 0, 100);
  t.match(look(check).found, [{ severity: 'warning' }], 'half an hour later it is no error');
  opened.clock.ms += 7 * 60 * minuteMs;
  await fail(opened, 0, 1000);
  t.same(look(check).found, []);
});

t.test('a minute is an event: ten minutes down are a finding, nine are none', async (t) => {
  const opened = openObjectives(t);
  const check = objectivesCheck(opened);
  opened.index.state = 'behind';
  opened.index.entries = 100;
  for (let minute = 0; minute < 9; minute++) {
    await opened.recorder.runOnce();
    opened.clock.ms += minuteMs;
  }
  t.same(look(check).found, []);
  await opened.recorder.runOnce();
  t.match(look(check).found, [{ subject: 'fresh', component: 'objective:fresh' }]);
});
