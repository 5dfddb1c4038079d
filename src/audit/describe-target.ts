// The subject of a row in words, with the page that shows it.
import type { Role } from '../core/role.ts';
import { url } from '../core/url.ts';

/** `reads`: the least role that may open the page; absent: viewer. */
export type Subject = { text: string; href: string | null; reads?: Role };

/** By the part of a target before its colon. */
const subjects: Record<string, (name: string) => Subject> = {
  job: (name) => ({ text: `Job #${name}`, href: /^\d+$/.test(name) ? url(`/jobs/${name}`) : null }),
  operation: (name) => ({ text: name, href: url('/jobs', { operation: name }) }),
  source: (name) => ({ text: `Sheet ${name}`, href: url(`/sources/${encodeURIComponent(name)}`) }),
  schedule: (name) => ({ text: `Schedule ${name}`, href: url(`/schedules/${encodeURIComponent(name)}`) }),
  window: (name) => ({ text: `Window ${name}`, href: url('/settings/maintenance') }),
  token: (name) => ({ text: `Token ${name}`, href: url('/settings/access'), reads: 'admin' }),
  credential: (name) => ({
    text: `Credential ${name}`,
    href: url('/settings/credentials'),
    reads: 'admin',
  }),
  setting: (name) => ({ text: name, href: url('/settings/values', { q: name }) }),
  finding: (name) => ({ text: `Finding ${name}`, href: url(`/checks#finding-${name}`) }),
  error: (name) => ({ text: `Error ${name}`, href: url(`/errors/${encodeURIComponent(name)}`) }),
  incident: (name) => ({ text: `Incident #${name}`, href: url(`/incidents/${encodeURIComponent(name)}`) }),
  objective: (name) => ({ text: `Objective ${name}`, href: url(`/objectives#objective-${name}`) }),
  runbook: (name) => ({ text: `Runbook ${name}`, href: url(`/runbooks/${encodeURIComponent(name)}`) }),
  document: (name) => ({ text: nameDocument(name), href: url(`/documents/${name}`) }),
  canary: (name) => ({ text: `Canary ${name}`, href: url('/library/canaries') }),
  webhook: (name) => ({
    text: `Webhook ${name}`,
    href: url(`/settings/webhooks/${encodeURIComponent(name)}`),
  }),
  delivery: describeDelivery,
  budget: (name) => ({ text: `Budget of ${name}`, href: url('/costs') }),
  cost: (name) => ({ text: `Cost of ${name}`, href: url('/costs') }),
  run: (name) => ({ text: `Run ${name}`, href: url(`/runs/${encodeURIComponent(name)}`) }),
  check: (name) => ({ text: `Check ${name}`, href: url('/checks') }),
  backup: (name) => ({ text: `Backup ${name}`, href: url(`/backups/${encodeURIComponent(name)}`) }),
  worker: (name) => ({ text: `Worker ${name}`, href: url('/operations') }),
};

/** `ci/12` is delivery 12 of the webhook ci; a refusal may know only the number. */
function describeDelivery(name: string): Subject {
  const [, webhook, id] = /^([^/]+)\/(\d+)$/.exec(name) ?? [];
  const list = '/settings/webhooks';
  if (!webhook) return { text: `Delivery ${name}`, href: url(list) };
  const href = url(`${list}/${encodeURIComponent(webhook)}/deliveries/${id}`);
  return { text: `Delivery ${id} to ${webhook}`, href };
}

const documentWords: Record<string, string> = { post_mortem: 'Post-mortem', note: 'Note' };

/** `post_mortem/incident-1` is the post-mortem of incident #1. */
function nameDocument(name: string): string {
  if (name === 'note/handover') return 'Handover note';
  const [kind = '', slug = ''] = name.split('/');
  const word = Object.hasOwn(documentWords, kind) ? documentWords[kind] : undefined;
  if (word === undefined) return `Document ${name}`;
  const [, number] = /^incident-(\d+)$/.exec(slug) ?? [];
  return kind === 'post_mortem' && number ? `${word} of incident #${number}` : `${word} ${slug}`;
}

/** Targets without a colon. */
const wholes: Record<string, Subject> = {
  settings: { text: 'Several settings', href: url('/settings/values') },
  jobs: { text: 'Jobs', href: url('/jobs') },
  schedules: { text: 'Schedules', href: url('/schedules') },
  workers: { text: 'All workers', href: url('/operations') },
  queue: { text: 'The embedding queue', href: url('/operations') },
  maintenance: { text: 'Maintenance', href: url('/settings/maintenance') },
  audit: { text: 'The audit', href: null },
};

/** Null for a row without a target. A request is shown as it was sent: `PUT /api/v1/…`. */
export function describeTarget(target: string | null): Subject | null {
  if (target === null) return null;
  const whole = wholes[target];
  if (whole) return whole;
  const [, kind = '', name = ''] = /^([a-z]+):(.+)$/.exec(target) ?? [];
  const describe = Object.hasOwn(subjects, kind) ? subjects[kind] : undefined;
  return describe ? describe(name) : { text: target, href: null };
}
