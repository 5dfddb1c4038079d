// A failed test of a backup makes one finding, one incident and one delivery of a webhook.
import fs from 'node:fs';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { setFile } from '../../src/backup-store/set-files.ts';
import { incidents } from '../../src/incidents/feature.ts';
import { startApp } from '../support/app.ts';
import { lookTwice } from '../support/checks.ts';
import { type Received, startReceiver } from '../support/deliveries.ts';
import { makeSet } from '../support/sets.ts';

type Event = { type: string; data: { target: string; detail: object } };

/** The clock of this test is ahead, so the package would refuse the time: it signs again in place of verifying. */
function read(secret: string, { body, headers }: Received): Event {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  const signature = new Webhook(secret).sign(String(headers['webhook-id']), at, body);
  t.equal(headers['webhook-signature'], signature);
  return JSON.parse(body) as Event;
}

t.test('one flipped byte of a backup: one finding, one incident, one event of each', async (t) => {
  let aheadMs = 0;
  const app = await startApp(t, { now: () => new Date(Date.now() + aheadMs) });
  const { automatic } = app.use(incidents);
  const receiver = await startReceiver(t);
  const added = await fetch(`${app.origin}/api/v1/webhooks/pager`, {
    method: 'PUT',
    body: JSON.stringify({ url: receiver.url, events: ['tell-me'], is_on: true }),
    headers: { 'content-type': 'application/json' },
  });
  t.equal(added.status, 201);
  const { secret } = (await added.json()) as { secret: string };
  const set = await makeSet(app.config, { hasIndex: false });
  app.parts.backups.add(set);
  const file = setFile(app.config, set.id, 'library.db');
  const bytes = fs.readFileSync(file);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);

  t.match(await app.run('drill'), { status: 'failed', failure: { detail: { file: 'library.db' } } });
  for (let minute = 0; minute < 8; minute++) {
    await lookTwice(app);
    await automatic.runOnce();
    aheadMs += 60_000;
  }
  const about = (detail: object) => /damaged|failed its test/.test(JSON.stringify(detail));
  const all = await receiver.got(4);
  const told = all.map((event) => read(secret, event)).filter(({ data }) => about(data.detail));
  t.same(
    told.map(({ type, data }) => [type, data.target]),
    [
      ['job.finished', 'job:1'],
      ['finding.opened', 'finding:1'],
      ['incident.opened', 'incident:1'],
    ],
    'once each, in this order',
  );
  t.match(told.at(-1)?.data.detail, { severity: 2, after: { source_ref: 'finding:1' } });
});
