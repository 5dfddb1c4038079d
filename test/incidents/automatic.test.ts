// Incidents of errors that last: opened, mitigated and opened again by themselves, and closed by people only.
import t from 'tap';
import { createTime, hourMs, minuteMs, open, startIncidents, trouble } from '../support/incidents.ts';
import { operator } from '../support/engine.ts';

const resolution = 'The service was started again.';

t.test(
  'a finding of 6 min opens one incident; it is mitigated, and opened again under its number',
  async (t) => {
    const { find, pass, states, timeline, audited, repository, findings, incidents } = startIncidents(t);
    find('index', trouble());
    await pass(5);
    t.same(states(), [], 'nothing before 5 min');
    await pass(2);
    t.same(states(), ['1 open: Trouble with a']);
    t.equal(findings.find(1)?.incident, 1, 'the finding knows its incident');
    t.match(repository.get(1), {
      severity: 3,
      services: ['index'],
      source: 'finding',
      source_ref: 'finding:1',
    });

    find('index');
    await pass(16);
    t.same(states(), ['1 open: Trouble with a'], 'clear for less than 15 min after the second good look');
    await pass(1);
    t.same(states(), ['1 mitigated: Trouble with a'], 'nothing automatic closes');
    await pass(60);
    t.same(states(), ['1 mitigated: Trouble with a']);

    find('index', trouble());
    await pass(1);
    t.same(states(), ['1 open: Trouble with a'], 'back: the same number');
    t.equal(repository.get(1).mitigated_at, null);
    t.same(timeline(1), [
      'Finding opened',
      'Incident opened',
      'Finding cleared',
      'Mitigated',
      'Finding came back',
      'Incident opened again',
    ]);
    t.same(
      audited().map(({ event, transition }) => [event, transition]),
      [
        ['incident.opened', 'first'],
        ['incident.mitigated', 'recovered'],
        ['incident.reopened', 'again'],
      ],
    );
    await incidents.close(1, resolution, operator);
    await pass(30);
    t.same(states(), ['1 closed: Trouble with a'], 'a finding that never cleared does not undo the closing');
  },
);

t.test('a closed one opens again within a day, later a new one says which it was', async (t) => {
  const { find, pass, states, clock, incidents, repository } = startIncidents(t);
  const breakAndClose = async (number: number) => {
    find('index', trouble());
    await pass(7);
    find('index');
    await pass(3);
    await incidents.close(number, resolution, operator);
  };
  await breakAndClose(1);
  await breakAndClose(1);
  t.same(states(), ['1 closed: Trouble with a'], 'back within 15 min: the same incident');
  clock.ms += 23 * hourMs;
  find('index', trouble());
  await pass(4);
  t.same(states(), ['1 closed: Trouble with a'], 'it has to last again');
  await pass(3);
  t.same(states(), ['1 open: Trouble with a']);
  await breakAndClose(1);
  clock.ms += 25 * hourMs;
  find('index', trouble());
  await pass(7);
  t.same(states(), ['1 closed: Trouble with a', '2 open: Trouble with a']);
  t.match(repository.entries(2).at(-1)?.text, 'Seen before: incident #1.');
});

t.test('warnings, muted findings and a flag that is off open none', async (t) => {
  const { find, pass, states, findings, flag } = startIncidents(t);
  find('index', trouble({ severity: 'warning' }));
  find('queue', trouble({ subject: 'b' }));
  await pass(2);
  const muted = findings.find(2);
  if (muted) findings.replace({ ...muted, muted_until: 'change' }, () => {});
  await pass(10);
  t.same(states(), []);
  flag.isOn = false;
  find('workers', trouble({ subject: 'c' }));
  await pass(10);
  t.same(states(), []);
  flag.isOn = true;
  await pass(1);
  t.same(states(), ['1 open: Trouble with c']);
});

t.test('a finding that opens in a maintenance window waits for its end', async (t) => {
  const { find, pass, states, windows, clock, addWindow } = startIncidents(t);
  const window = addWindow(20);
  find('index', trouble());
  await pass(19);
  t.same(states(), [], 'it is expected');
  windows.end(window.id, new Date(clock.ms + minuteMs).toISOString(), 'system');
  await pass(4);
  t.same(states(), [], 'the 5 min count from the end of the window');
  await pass(3);
  t.same(states(), ['1 open: Trouble with a']);
});

t.test('a finding that comes back in a maintenance window reopens nothing before its end', async (t) => {
  const { find, pass, states, clock, addWindow } = startIncidents(t);
  find('index', trouble());
  await pass(7);
  find('index');
  await pass(17);
  t.same(states(), ['1 mitigated: Trouble with a']);
  addWindow(20);
  const end = clock.ms + 20 * minuteMs;
  find('index', trouble());
  await pass(19);
  t.same(states(), ['1 mitigated: Trouble with a'], 'it is expected');
  await pass(2);
  t.ok(clock.ms > end);
  t.same(states(), ['1 open: Trouble with a']);
});

t.test('the 5 min are of an error without a break', async (t) => {
  const { find, pass, states } = startIncidents(t);
  find('index', trouble());
  await pass(2);
  find('index');
  await pass(6);
  find('index', trouble());
  await pass(5);
  t.same(states(), [], 'the time before it cleared does not count');
  await pass(1);
  t.same(states(), ['1 open: Trouble with a']);
  find('queue', trouble({ subject: 'b', severity: 'warning' }));
  await pass(10);
  find('queue', trouble({ subject: 'b' }));
  await pass(5);
  t.equal(states().length, 1, 'nor does the time as a warning');
  await pass(1);
  t.equal(states().length, 2);
});

t.test('a finding with a cause joins the incident of that', async (t) => {
  const { find, pass, states, findings, timeline } = startIncidents(t);
  find('database', trouble());
  find('index', trouble({ subject: 'b', causedBy: ['database'] }));
  await pass(7);
  t.same(states(), ['1 open: Trouble with a']);
  t.equal(findings.find(2)?.incident, 1);
  t.same(timeline(1), ['Finding opened', 'Incident opened', 'Finding opened']);
  find('database');
  await pass(20);
  t.same(states(), ['1 open: Trouble with a'], 'one of its findings is still open');
  find('index');
  await pass(18);
  t.same(states(), ['1 mitigated: Trouble with a']);
});

t.test('a further error opens the incident of its cause again, and says so', async (t) => {
  const { find, pass, states, timeline, incidents, repository } = startIncidents(t);
  find('database', trouble());
  await pass(7);
  await incidents.mitigate(1, operator);
  find('index', trouble({ subject: 'b', causedBy: ['database'] }));
  await pass(7);
  t.same(states(), ['1 open: Trouble with a']);
  t.same(timeline(1).slice(-2), ['Finding opened', 'Incident opened again']);
  t.equal(repository.entries(1).at(-1)?.text, 'Incident opened again\nOne more error lasts.');
  await incidents.mitigate(1, operator);
  await pass(10);
  t.same(states(), ['1 mitigated: Trouble with a'], 'neither has come back');
});

t.test('a muted cause keeps no other error from an incident', async (t) => {
  const { find, pass, states, findings } = startIncidents(t);
  find('database', trouble());
  find('index', trouble({ subject: 'b', causedBy: ['database'] }));
  await pass(1);
  const cause = findings.find(1);
  if (cause) findings.replace({ ...cause, muted_until: 'change' }, () => {});
  await pass(7);
  t.same(states(), ['1 open: Trouble with b']);
});

t.test('five are open: the next ones join one', async (t) => {
  const { find, pass, states, findings, timeline, problems } = startIncidents(t);
  for (const subject of 'abcdefg') find(`check-${subject}`, trouble({ subject }));
  await pass(7);
  t.equal(states().length, 6);
  t.equal(states()[5], '6 open: Several things fail');
  t.same([findings.find(6)?.incident, findings.find(7)?.incident], [6, 6]);
  t.same(timeline(6), ['Finding opened', 'Incident opened', 'Finding opened']);
  await pass(60);
  t.equal(states().length, 6, 'once each');
  t.same(problems, []);
});

t.test('a restart at any point changes nothing', async (t) => {
  const first = startIncidents(t);
  const { find, pass, states, clock, flag, file } = first;
  find('index', trouble());
  await pass(4);
  const restart = () => {
    const next = open(file, clock, flag);
    t.teardown(() => next.ops.close());
    return { ...next, ...createTime(next, clock) };
  };
  clock.ms += 2 * minuteMs;
  const second = restart();
  await second.automatic.runOnce();
  t.same(states(), [], 'an error from before the stop has to be seen again');
  second.find('index');
  await second.pass(1);
  t.same(states(), [], 'the first good look does not count as a bad one');
  second.find('index', trouble());
  await second.pass(1);
  t.same(states(), ['1 open: Trouble with a'], 'it was never clear');
  second.find('index');
  await second.pass(8);
  const third = restart();
  third.find('index');
  await third.pass(7);
  t.same(states(), ['1 open: Trouble with a'], 'the 15 min count from the stored time');
  await third.pass(2);
  t.same(states(), ['1 mitigated: Trouble with a']);
  const fourth = restart();
  fourth.find('index', trouble());
  await fourth.pass(1);
  t.same(states(), ['1 open: Trouble with a']);
});

t.test('a finding that comes and goes does not fill the timeline', async (t) => {
  const { find, pass, states, timeline } = startIncidents(t);
  find('index', trouble());
  await pass(7);
  for (let at = 0; at < 30; at++) {
    find('index');
    await pass(2);
    find('index', trouble());
    await pass(2);
  }
  t.same(states(), ['1 open: Trouble with a']);
  t.ok(timeline(1).length <= 22, `${timeline(1).length} entries in 2 h`);
});

t.test('trouble with one incident is reported once, and the others are brought up to date', async (t) => {
  const { automatic, bus, clock, find, ops, pass, problems, states } = startIncidents(t);
  find('index', trouble());
  find('queue', trouble({ subject: 'b' }));
  await pass(7);
  find('index');
  find('queue');
  await pass(3);
  ops.exec(`CREATE TRIGGER broken BEFORE UPDATE ON incident WHEN NEW.number = 2
    BEGIN SELECT RAISE(ABORT, 'broken'); END`);
  let events = 0;
  bus.on('incidents', () => events++);
  clock.ms += 15 * minuteMs;
  for (let run = 0; run < 3; run++) await automatic.runOnce();
  t.same(states(), ['1 mitigated: Trouble with a', '2 open: Trouble with b']);
  t.equal(events, 1, 'the change of the first is announced');
  t.equal(problems.length, 1, 'the log does not fill');
  ops.exec('DROP TRIGGER broken');
  await automatic.runOnce();
  t.same(states(), ['1 mitigated: Trouble with a', '2 mitigated: Trouble with b']);
});
