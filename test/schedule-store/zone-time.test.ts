// The clock of a zone is the one that Intl shows, however its offset is found.
import t from 'tap';
import { clockIn, dayIn, fullMomentIn, offsetMs } from '../../src/schedule-store/zone-time.ts';

const hourMs = 3_600_000;
const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Chatham'];

function shownByIntl(zone: string, at: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.weekday} ${parts.day} ${parts.hour}:${parts.minute}`;
}

const shown = (zone: string, at: Date) => {
  const [weekday, day] = dayIn(zone, at).split(' ');
  return `${weekday} ${day} ${clockIn(zone, at)}`;
};

t.test(
  'each fourth hour of a year, and the minutes around each change of the clock, are as Intl shows them',
  async (t) => {
    for (const zone of zones) {
      const times = Array.from({ length: 380 * 6 }, (_, at) => Date.UTC(2026, 8, 1) + at * 4 * hourMs);
      const changes = times.filter(
        (at) => offsetMs(zone, new Date(at)) !== offsetMs(zone, new Date(at + 4 * hourMs)),
      );
      const near = changes.flatMap((at) =>
        Array.from({ length: 241 }, (_, minute) => at + minute * 60_000 - 1),
      );
      t.equal(changes.length, ['UTC', 'Asia/Kathmandu'].includes(zone) ? 0 : 2, zone);
      const wrong = [...times, ...near].filter(
        (at) => shown(zone, new Date(at)) !== shownByIntl(zone, new Date(at)),
      );
      t.strictSame(wrong, [], zone);
    }
  },
);

t.test('before zones kept to quarters of an hour, their offsets are exact too', async (t) => {
  t.equal(offsetMs('Africa/Monrovia', new Date('1972-01-01T00:00:00Z')), -2670 * 1000);
  t.equal(fullMomentIn('UTC', new Date('1969-12-31T23:59:59.500Z')), 'Wed 31 Dec 1969, 23:59');
});

t.test('an unknown zone throws', async (t) => {
  t.throws(() => offsetMs('Mars/Olympus', new Date()), RangeError);
});
