// The causes from which an incident is opened: a finding, a failed job, a group of errors.
import { invalidArguments } from '../core/arguments.ts';
import { systemRequester } from '../core/audit.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { shorten } from '../core/shorten.ts';
import { type Finding, findingTarget } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import type { Group } from '../errors/group.ts';
import type { Details, Incident, NewEntry } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { viewFailure } from '../jobs/failure-view.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { cut, limits, noDetails, shownPlainly } from './details.ts';
import { severityOfCheck } from './due.ts';
import { writeEntry } from './entry-words.ts';

/** `actor`: absent for the person who opens the incident. */
export type SourceEntry = Pick<NewEntry, 'at' | 'kind' | 'text' | 'ref'> & { actor?: string };

/** `details`: those that a new incident suggests. `finding`: the cause itself, if it is one. */
export type Source = {
  source: Incident['source'];
  source_ref: string;
  details: Details;
  entry: SourceEntry;
  finding: Finding | null;
};

export type Sources = ReturnType<typeof createSources>;

type Given = Pick<Kernel, 'now'> & {
  catalogue: Catalogue;
  findings: Pick<Findings, 'find'>;
  jobs: Pick<JobRepository, 'find' | 'hasRows'>;
  /** Throws `not_found`. */
  findGroup: (id: number) => Group;
  repository: Pick<IncidentRepository, 'find' | 'newestOf'>;
};

const pattern = /^(finding|job|error):([1-9]\d{0,14})$/;

export function createSources(given: Given) {
  const { findings, jobs, repository } = given;

  return {
    /** Throws `invalid_arguments`. */
    read(ref: string): Source {
      const [, kind, id] = pattern.exec(ref) ?? [];
      const source = kind === undefined ? null : readKind(kind, Number(id));
      if (source) return source;
      const message = kind
        ? `Source: there is no ${kind} ${id}.`
        : 'Source: write finding:3, job:412 or error:7.';
      throw invalidArguments([{ field: 'source_ref', message }]);
    },

    /** Null for another cause, and for a finding that is not known. */
    findingOf(ref: string): Finding | null {
      const [, kind, id] = pattern.exec(ref) ?? [];
      return kind === 'finding' ? findings.find(Number(id)) : null;
    },

    /** The open or mitigated incident with that cause; null without one. */
    activeOf({ source_ref, finding }: Pick<Source, 'source_ref' | 'finding'>): Incident | null {
      const linked = finding?.incident ? repository.find(finding.incident) : null;
      const found = [linked, repository.newestOf(source_ref)];
      return found.find((incident) => incident && incident.status !== 'closed') ?? null;
    },
  };

  function readKind(kind: string, id: number): Source | null {
    if (kind === 'finding') {
      const finding = findings.find(id);
      return finding && ofFinding(finding);
    }
    if (kind === 'job') {
      const job = jobs.find(String(id));
      return job && ofJob(given, job);
    }
    return ofGroup(given, id);
  }
}

/** The runbooks for failed jobs, by operation. */
const runbooks: Partial<Record<string, string>> = { import: 'import-went-wrong', index: 'index-broken' };

function ofJob({ catalogue, jobs, now }: Given, job: Job): Source {
  const operation = catalogue.find(job.operation);
  const why = viewFailure(job, operation, jobs.hasRows)?.title ?? null;
  const name = `${operation?.title ?? job.operation} #${job.number}`;
  const title = why ? `${name}: ${why}` : name;
  const isFailed = job.status === 'failed';
  const runbook = isFailed ? (runbooks[job.operation] ?? null) : null;
  const happened = isFailed
    ? { at: job.finished_at ?? job.created_at, actor: systemRequester.actor }
    : { at: now().toISOString() };
  return {
    source: 'job',
    source_ref: `job:${job.number}`,
    details: { ...noDetails, title: shortTitle(title), services: [job.operation], runbook },
    entry: {
      ...happened,
      kind: 'job',
      text: writeEntry(isFailed ? 'job' : 'linked', title),
      ref: `job:${job.number}`,
    },
    finding: null,
  };
}

function ofGroup({ findGroup, now }: Given, id: number): Source | null {
  try {
    const { title, place } = findGroup(id);
    const text = writeEntry('linked', title);
    return {
      source: 'error',
      source_ref: `error:${id}`,
      details: { ...noDetails, title: shortTitle(title), services: [serviceOf(place)] },
      entry: { at: now().toISOString(), kind: 'link', text, ref: `error:${id}` },
      finding: null,
    };
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

export function ofFinding(finding: Finding): Source {
  const { id, check_id, component, title, runbook, opened_at } = finding;
  const ref = findingTarget(id);
  return {
    source: 'finding',
    source_ref: ref,
    details: {
      ...noDetails,
      title: shortTitle(title),
      severity: severityOfCheck(check_id),
      services: [component],
      runbook,
    },
    entry: {
      at: opened_at,
      actor: systemRequester.actor,
      kind: 'finding',
      text: writeEntry('findingOpened', title),
      ref,
    },
    finding,
  };
}

/** A title of another feature may have characters that people may not write. */
const shortTitle = (title: string) => cut(shownPlainly(shorten(title, 1000)), limits.title);

/** A comma separates two services. */
const serviceOf = (place: string) => cut(place.replaceAll(',', ' '), limits.name);
