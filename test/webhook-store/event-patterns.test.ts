// The events that a webhook names, and the rows of the audit log that are for it.
import t from 'tap';
import { eventNames } from '../../src/audit/event-words.ts';
import { findPatternFaults, knownPatterns, matches } from '../../src/webhook-store/event-patterns.ts';

const row = (event: string, detail: Record<string, unknown> | null = null, outcome = 'ok') => ({
  event,
  outcome,
  detail,
});
const first = { transition: 'first' };

t.test('an event, a group and all', async (t) => {
  t.ok(matches(['job.finished'], row('job.finished')));
  t.notOk(matches(['job.finished'], row('job.retrying')));
  t.ok(matches(['backup.removed', 'job.*'], row('job.retrying')));
  t.notOk(matches(['job.*'], row('jobs.pruned')));
  t.ok(matches(['*'], row('jobs.pruned')));
  t.notOk(matches([], row('jobs.pruned')));
});

t.test('a refusal is only for a webhook that names its event, or all', async (t) => {
  const refused = row('job.cancel', null, 'refused');
  t.ok(matches(['job.cancel'], refused));
  t.ok(matches(['*'], refused));
  t.notOk(matches(['job.*', 'tell-me'], refused));
});

t.test('events about webhooks are never sent', async (t) => {
  for (const event of ['webhook.changed', 'webhook.switched_off', 'delivery.replayed', 'deliveries.replayed'])
    t.notOk(matches(['*', event, 'webhook.*', 'delivery.*', 'deliveries.*'], row(event)), event);
});

t.test('the preset has troubles that begin or are over', async (t) => {
  const tellMe = (event: string, detail: Record<string, unknown> | null = null) =>
    matches(['tell-me'], row(event, detail));
  t.ok(tellMe('job.finished', first));
  t.ok(tellMe('job.finished', { transition: 'recovered' }));
  t.notOk(tellMe('job.finished', { transition: 'again' }));
  t.notOk(tellMe('job.finished'));
  t.ok(tellMe('finding.opened', first));
  t.notOk(tellMe('finding.opened', { ...first, in_window: 3 }));
  t.ok(tellMe('finding.cleared', { transition: 'recovered' }));
  t.notOk(tellMe('finding.cleared', { transition: 'recovered', in_window: 3 }));
  t.notOk(tellMe('finding.opened', { ...first, muted: true }));
  t.ok(tellMe('finding.opened', { transition: 'again' }), 'it had told that it was over');
  t.ok(tellMe('incident.reopened', { transition: 'again' }));
  t.notOk(tellMe('schedule.missed', { transition: 'again' }));
  t.notOk(tellMe('finding.muted'));
  t.ok(tellMe('incident.opened', first));
  t.ok(tellMe('schedule.missed', first));
  t.notOk(tellMe('schedule.run', first));
  t.ok(tellMe('backup.tested', { tested: 'a' }));
  t.ok(tellMe('backup.gone'));
  t.notOk(tellMe('backup.gone', { expired: true }));
  t.notOk(tellMe('backup.download'));
});

t.test('every pattern that can be chosen has no fault', async (t) => {
  const known = knownPatterns(eventNames);
  for (const pattern of known) t.strictSame(findPatternFaults([pattern], eventNames), []);
  t.ok(known.includes('schedule.*'));
  t.notOk(known.some((pattern) => /^(webhook|deliver)/.test(pattern)));
});

t.test('each unknown pattern has a fault, with near names', async (t) => {
  t.strictSame(findPatternFaults(['job.finshed', 'jobs.**', 'nothing', 'webhook.*', 'tell-me'], eventNames), [
    'There is no event "job.finshed". Near: job.finished, job.accepted and job.refused.',
    'There is no event "jobs.**". Near: jobs.*, job.* and jobs.bulk.',
    'There is no event "nothing". Use an event of the audit log, a group such as job.*, tell-me, or * for all.',
    'webhook.*: events about webhooks are never sent.',
  ]);
  t.strictSame(findPatternFaults([], eventNames), ['Events: name at least one.']);
  t.strictSame(findPatternFaults(Array(51).fill('*'), eventNames), ['Events: at most 50; these are 51.']);
  t.strictSame(findPatternFaults('job.*', eventNames), ['Events: a list of names is expected.']);
  t.strictSame(findPatternFaults([1], eventNames), ['Events: a list of names is expected.']);
});
