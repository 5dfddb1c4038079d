// Checks whose trouble a test cannot make in a server: time, a week of samples, a server that refuses nothing.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { clockCheck } from '../../src/checks/clock-check.ts';
import { selfAttackCheck } from '../../src/checks/web/self-attack-check.ts';
import { selfCheckHeader } from '../../src/core/self-check.ts';
import { readConfig } from '../../src/core/config.ts';
import { diskForecastCheck } from '../../src/telemetry/disk-forecast-check.ts';

t.test('a server that acts on what another site sends is an error that names it', async (t) => {
  const marks = new Set<unknown>();
  let status = 200;
  const server = http.createServer((request, response) => {
    marks.add(request.headers[selfCheckHeader]);
    response.statusCode = status;
    response.end('{"error":{"code":"unauthorized"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const check = selfAttackCheck(() => ({ host: '127.0.0.1', port }));
  t.match(await check.look(), {
    found: [{ severity: 'error', text: /a forged Host, a cross-site POST and a GET that acts/ }],
  });
  t.equal(marks.size, 1);
  t.match([...marks][0], /^[0-9a-f]{48}$/);
  status = 401;
  t.match(
    await check.look(),
    { found: [{ text: /did not refuse a forged Host and a cross-site POST\./ }] },
    'a missing token is not the refusal of an attack',
  );
  t.same((await selfAttackCheck(() => null).look()).found, []);
});

t.test('a clock that jumps is named for an hour', async (t) => {
  let [wall, steady] = [0, 0];
  const check = clockCheck({ now: () => new Date(wall), steadyNow: () => steady });
  const pass = (ms: number, wallMs = ms) => {
    steady += ms;
    wall += wallMs;
    return check.look();
  };
  t.match(await pass(60_000), { found: [] });
  t.match(await pass(60_000, 350_000), { found: [] }, 'less than five minutes');
  t.match(await pass(60_000, -3_600_000), { found: [{ text: /went back by 1 h/ }] });
  t.match(await pass(3_500_000), { found: [{ subject: 'jump' }] });
  t.match(await pass(200_000), { found: [] });
});

t.test('the days until the disk is full are those at the rate of the last week', async (t) => {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: '/nowhere' }, '/');
  const day = 86_400;
  const look = (...values: number[]) => {
    const points = values.map((value, at) => ({ at: at * day, value, min: null, max: null }));
    const series = () => ({ metric: 'disk_free_bytes', from: 0, until: 0, stepSec: day, points });
    const telemetry = { series } as never;
    return diskForecastCheck({ config, telemetry, now: () => new Date() }).look();
  };
  t.match(await look(), { found: [] });
  t.match(await look(100, 100, 100), { found: [] });
  t.match(await look(100, 95, 90), { found: [] }, '18 days');
  t.match(await look(100, 80, 60), { found: [{ title: 'The disk will be full within 7 days' }] });
});
