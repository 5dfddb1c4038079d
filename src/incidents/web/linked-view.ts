// The things linked to an incident, each with its state: finding, job, group of errors, runs, earlier incidents, post-mortem.
import { formatSpan, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { Finding } from '../../checks/finding.ts';
import type { Incident } from '../../incident-store/incident.ts';
import { viewJob } from '../../jobs/job-view.ts';
import type { LinkedRun } from '../links-repository.ts';
import { linksOf } from '../links.ts';
import type { IncidentContext } from '../parts.ts';
import { badgeOf } from './badges.ts';

type Badge = { tone: string; icon: string; word: string; isQuiet?: boolean };

/** `at`: a time at the end of the sentence. */
export type LinkedRow = { name: string; href: string; say: string; at?: string; badge?: Badge };

export function viewLinked(ctx: IncidentContext, incident: Incident): LinkedRow[] {
  const { findings, runs, before, postMortem } = linksOf(ctx, incident);
  return [
    ...findings.map(rowOfFinding),
    ...rowOfSource(ctx, incident),
    ...runs.map(rowOfRun),
    ...before.map(rowOfBefore),
    ...(postMortem
      ? [
          {
            name: 'Post-mortem',
            href: url(`/documents/post_mortem/${postMortem.slug}`),
            say: postMortem.title,
          },
        ]
      : []),
  ];
}

function rowOfFinding({ id, title, cleared_at, severity }: Finding): LinkedRow {
  const row = { name: 'Finding', href: url(cleared_at === null ? `/checks#finding-${id}` : '/checks') };
  if (cleared_at === null)
    return {
      ...row,
      say: `${title}.`,
      badge: { tone: severity === 'error' ? 'bad' : 'warn', icon: 'cross', word: 'Open' },
    };
  const badge = { tone: 'ok', icon: 'check', word: 'Clear', isQuiet: true };
  return { ...row, say: `${title}. Cleared`, at: cleared_at, badge };
}

/** A job or a group may have been removed since. */
function rowOfSource(ctx: IncidentContext, { source, source_ref }: Incident): LinkedRow[] {
  const id = source_ref?.split(':')[1] ?? '';
  if (source === 'job') {
    const job = ctx.jobRepository.find(id);
    if (!job) return [];
    const { title, badge, outcome, took } = viewJob(ctx.forJobs, job);
    const say = [`${title}.`, outcome && `${outcome.replace(/\.$/, '')}.`, took && `It took ${took}.`];
    return [
      {
        name: `Job #${job.number}`,
        href: url(`/jobs/${job.number}`),
        say: say.filter(Boolean).join(' '),
        badge,
      },
    ];
  }
  const group = source === 'error' ? ctx.findGroup(Number(id)) : null;
  if (!group) return [];
  return [
    { name: 'Errors', href: url(`/errors/${id}`), say: `${plural(group.times, 'time')}: ${group.title}` },
  ];
}

function rowOfRun({ number, slug, title, steps, done, started_at, ended_at, outcome }: LinkedRun): LinkedRow {
  const took = ended_at && formatSpan(Date.parse(ended_at) - Date.parse(started_at));
  const parts = [steps > 0 && `${done} of ${plural(steps, 'step')}`, took].filter(Boolean).join(', ');
  return {
    name: `Run ${number}`,
    href: url(`/runs/${number}`),
    say: `${title ?? slug}${parts ? `: ${parts}` : ''}.`,
    badge: outcome === null ? running : runBadges[outcome],
  };
}

const running = { tone: 'run', icon: 'half', word: 'Running' };
const runBadges = {
  done: { tone: 'ok', icon: 'check', word: 'Done', isQuiet: true },
  stopped: { tone: 'idle', icon: 'slash', word: 'Stopped' },
};

function rowOfBefore(incident: Incident): LinkedRow {
  const { number, title, opened_at } = incident;
  const say = `Seen before: ${title}. Opened`;
  return {
    name: `Incident #${number}`,
    href: url(`/incidents/${number}`),
    say,
    at: opened_at,
    badge: badgeOf(incident),
  };
}
