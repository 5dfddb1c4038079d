// The short form of the webhooks' part of `npm run chaos`: the same code, two kills, a fixed seed.
import path from 'node:path';
import t from 'tap';
import { runWebhookChaos } from '../../scripts/chaos/webhooks.ts';
import { makeFolder } from '../support/folder.ts';

t.test('after kill -9 amid its deliveries each event has arrived, with one id and one text', async (t) => {
  const root = path.join(makeFolder(t), 'root');
  const report = await runWebhookChaos({ root, seed: 9, kills: 2, events: 100, errorsOfHundred: 0 });
  t.same(report.problems, []);
  t.match(report, { kills: 2, amid: 2 });
  // One more for each that a kill has cut off after it was stored.
  t.ok(report.events >= 100);
});
