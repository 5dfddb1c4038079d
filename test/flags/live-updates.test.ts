// The flag live-updates on the server: which browsers get the stream.
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { flags } from '../../src/flags/feature.ts';
import { isOnFor } from '../../src/flags/flag.ts';
import { startApp } from '../support/app.ts';
import { openStream } from '../support/stream.ts';

const env = { CHL_OPERATIONS_MODE: 'noop' };
const address = '/ui/stream/telemetry';

t.test('a browser that is not in the share gets no stream, and its pages say so', async (t) => {
  const app = await startApp(t, { env });
  const half = { is_on: true, percent: 50 };
  const names = Array.from({ length: 50 }, (_, i) => `browser-${i}`);
  const isIn = (name: string) => isOnFor('live-updates', half, name);
  const [inside = '', outside = ''] = [names.find(isIn), names.find((name) => !isIn(name))];
  const cookie = (name: string) => ({ cookie: `chl_client=${name}` });
  const open = await openStream(app.origin, address, cookie(outside));
  await open.until(({ event }) => event === 'tick');

  const edit = { key: 'live-updates', to: { ...half, note: null } };
  await app.use(flags).flags.change([edit], systemRequester, { reason: 'a test needs it' });
  await open.ended();
  t.equal(app.streamCount(), 0, 'its open streams end at once');
  const ask = (headers = {}) => fetch(app.origin + address, { headers });
  t.equal((await ask(cookie(outside))).status, 204);
  t.match((await app.page('/operations', cookie(outside))).text, /<html[^>]*data-live="off"/);
  t.notMatch((await app.page('/operations', cookie(inside))).text, /<html[^>]*data-live/);
  for (const headers of [cookie(inside), {}]) {
    const stream = await openStream(app.origin, address, headers);
    await stream.until(({ event }) => event === 'tick');
  }
});
