// Builds the objects of the feature from the kernel and the features before it.
import { AppError } from '../core/errors.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { checklist } from '../checklist/feature.ts';
import { checks } from '../checks/feature.ts';
import { documents } from '../documents/feature.ts';
import { errors } from '../errors/feature.ts';
import { flags } from '../flags/feature.ts';
import { incidentStore } from '../incident-store/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { runbooks } from '../runbooks/feature.ts';
import { windowStore } from '../window-store/feature.ts';
import { createAutomatic } from './automatic.ts';
import { createAutomaticOpenings } from './automatic-openings.ts';
import { createErrorsSince } from './automatic-since.ts';
import { createFollow } from './follow.ts';
import { createIncidents } from './incidents.ts';
import { createItems } from './items.ts';
import { createLinksRepository } from './links-repository.ts';
import { listIncidents } from './listing.ts';
import { createListRepository } from './list-repository.ts';
import { createOverview } from './overview.ts';
import { createPostMortems } from './post-mortem.ts';
import { createRecorder } from './recorder.ts';
import { createSources } from './sources.ts';
import { createWrites } from './writes.ts';

export type IncidentContext = Kernel & ReturnType<typeof createIncidentParts>;

/** Windows of the past that may cover the opening of a finding. */
const pastWindows = 50;

export function createIncidentParts(ctx: Context) {
  const { incidentRepository: repository } = ctx.use(incidentStore);
  const { checklistRepository } = ctx.use(checklist);
  const { documents: saved, documentRepository } = ctx.use(documents);
  const { findings } = ctx.use(checks);
  const { jobs: jobVerbs, repository: jobRepository } = ctx.use(jobs);
  const { groups } = ctx.use(errors);
  const lists = createListRepository(ctx.ops);
  const recorder = createRecorder({ ...ctx, repository });
  const writes = createWrites({ ...ctx, repository, recorder });
  const sources = createSources({
    ...ctx,
    findings,
    jobs: jobRepository,
    findGroup: groups.find,
    repository,
  });
  const runbookOf = (slug: string) => documentRepository.find({ kind: 'runbook', slug });
  const hasRunbook = (slug: string) => runbookOf(slug)?.removed_at === null;
  const incidents = createIncidents({ ...ctx, repository, writes, sources, findings, hasRunbook });
  const items = createItems({ ...ctx, incidents, repository, checklistRepository, recorder });
  return {
    /** The incidents that are not closed, the most severe first, then the newest. */
    listActive: (limit: number) => listIncidents(lists, { status: 'active' }, limit, undefined).incidents,
    incidents,
    items,
    lists,
    sources,
    incidentRepository: repository,
    checklistRepository,
    links: createLinksRepository(ctx.ops),
    overview: createOverview({ ...ctx, lists, checklistRepository }),
    runs: ctx.use(runbooks).runs,
    postMortems: createPostMortems({
      ...ctx,
      ...{ documents: saved, incidents, items, repository, lists, recorder },
      onError: (error) => ctx.log.error({ err: error }, 'a post-mortem could not be started'),
    }),
    automatic: createAutomaticOf(ctx, { findings, repository, lists, writes }),
    documentRepository,
    findings,
    runbookTitle: (slug: string) => (hasRunbook(slug) ? (runbookOf(slug)?.title ?? null) : null),
    findGroup: (id: number) => findOrNull(() => groups.find(id)),
    jobRepository,
    forJobs: { catalogue: ctx.catalogue, jobs: jobVerbs, repository: jobRepository },
  };
}

function findOrNull<T>(find: () => T): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

function createAutomaticOf(
  ctx: Context,
  given: Pick<Parameters<typeof createFollow>[0], 'repository' | 'lists' | 'writes'> & {
    findings: ReturnType<typeof checks.create>['findings'];
  },
) {
  const { isOn } = ctx.use(flags);
  const { windowRepository } = ctx.use(windowStore);
  const errorsSince = createErrorsSince(given.findings.all());
  const openings = createAutomaticOpenings({
    ...ctx,
    ...given,
    errorsSince,
    startedAt: ctx.now(),
    isOn: (checkId) => isOn('auto-incidents', checkId),
    windows: () => [...windowRepository.open(), ...windowRepository.history(pastWindows)],
  });
  return createAutomatic({
    ...ctx,
    ...given,
    errorsSince,
    follow: createFollow({ ...ctx, ...given, openings }),
    onError: (error) => ctx.log.error({ err: error }, 'incidents are not brought up to date; tried again'),
  });
}
