// Incidents without a server: real tables, real findings, and a clock that the test moves.
import path from 'node:path';
import type { Test } from 'tap';
import { createChecklistRepository } from '../../src/checklist/checklist-repository.ts';
import { createFindingRepository } from '../../src/checks/finding-repository.ts';
import { createFindings } from '../../src/checks/findings.ts';
import { createAudit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import type { Found } from '../../src/core/check.ts';
import { readConfig } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { createDocumentRepository } from '../../src/documents/document-repository.ts';
import { createDocuments } from '../../src/documents/documents.ts';
import { unknownGroup } from '../../src/errors/group.ts';
import { createIncidentRepository } from '../../src/incident-store/incident-repository.ts';
import { createAutomatic } from '../../src/incidents/automatic.ts';
import { createAutomaticOpenings } from '../../src/incidents/automatic-openings.ts';
import { createErrorsSince } from '../../src/incidents/automatic-since.ts';
import { createFollow } from '../../src/incidents/follow.ts';
import { createIncidents } from '../../src/incidents/incidents.ts';
import { createItems } from '../../src/incidents/items.ts';
import { createListRepository } from '../../src/incidents/list-repository.ts';
import { createOverview } from '../../src/incidents/overview.ts';
import { createPostMortems } from '../../src/incidents/post-mortem.ts';
import { createRecorder } from '../../src/incidents/recorder.ts';
import { createSources } from '../../src/incidents/sources.ts';
import { createWrites } from '../../src/incidents/writes.ts';
import { createWindowRepository } from '../../src/window-store/window-repository.ts';
import { makeFolder } from './folder.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
const config = readConfig({}, '/nowhere');
const redactor = createRedactor(config);
const noJobs = { find: () => null, hasRows: () => false };

type Probe = { check?: string; subject?: string } & Partial<Found>;

/** A found error. */
export const trouble = ({ check: _, subject = 'a', ...about }: Probe = {}): Found => ({
  subject,
  severity: 'error',
  title: `Trouble with ${subject}`,
  text: 'Repair it.',
  stops: [],
  ...about,
});

export function startIncidents(t: Test, file = path.join(makeFolder(t), 'ops.db')) {
  const clock = { ms: Date.parse('2026-11-29T12:00:00.000Z') };
  const flag = { isOn: true };
  const opened = open(file, clock, flag);
  t.teardown(() => opened.ops.close());
  return { ...opened, file, clock, flag, ...createTime(opened, clock) };
}

type Opened = ReturnType<typeof open>;

/** Builds everything on a database, as a start does. */
export function open(file: string, clock: { ms: number }, flag: { isOn: boolean }) {
  const ops = prepareOps(file);
  const now = () => new Date(clock.ms);
  const bus = createBus();
  const problems: unknown[] = [];
  const onError = (error: unknown) => problems.push(error);
  const untilFree = async <T>(work: () => T) => work();
  const kernel = {
    audit: createAudit(ops, now, redactor, bus, onError),
    bus,
    now,
    untilFree,
    config,
    redactor,
  };
  const findings = createFindings({
    ...kernel,
    repository: createFindingRepository(ops),
    onError,
    windowUnderWay: () => null,
  });
  const repository = createIncidentRepository(ops);
  const checklistRepository = createChecklistRepository(ops);
  const lists = createListRepository(ops);
  const recorder = createRecorder({ ...kernel, repository });
  const given = { ...kernel, findings, repository, lists, recorder, checklistRepository };
  const writes = createWrites(given);
  const catalogue = createCatalogue([]);
  const findGroup = (id: number) => {
    throw unknownGroup(id);
  };
  const sources = createSources({ ...given, catalogue, jobs: noJobs, findGroup });
  const incidents = createIncidents({ ...given, writes, sources, hasRunbook: (slug) => slug === 'restore' });
  const items = createItems({ ...given, incidents });
  const windows = createWindowRepository(ops);
  const errorsSince = createErrorsSince(findings.all());
  const openings = createAutomaticOpenings({
    ...given,
    writes,
    errorsSince,
    startedAt: now(),
    isOn: () => flag.isOn,
    windows: () => [...windows.open(), ...windows.history(50)],
  });
  const documents = createDocuments({ ...kernel, documentRepository: createDocumentRepository(ops) });
  const follow = createFollow({ ...given, writes, openings });
  return {
    ...given,
    ops,
    problems,
    incidents,
    items,
    windows,
    documents,
    overview: createOverview(given),
    postMortems: createPostMortems({ ...given, documents, incidents, items, onError }),
    automatic: createAutomatic({ ...given, writes, follow, errorsSince, onError }),
  };
}

/** Moves the clock; checks look once a minute. */
export function createTime(
  { automatic, findings, ops, windows }: Pick<Opened, 'automatic' | 'findings' | 'ops' | 'windows'>,
  clock: { ms: number },
) {
  const state = new Map<string, Found[]>();
  return {
    /** The check finds that from its next look on; nothing without `found`. */
    find(check: string, ...found: Found[]) {
      state.set(check, found);
    },

    async pass(minutes: number) {
      for (let minute = 0; minute < minutes; minute++) {
        clock.ms += minuteMs;
        for (const [check_id, found] of state)
          findings.take({ check_id, component: check_id, opensAt: 'first' }, found);
        findings.save();
        await automatic.runOnce();
      }
    },

    /** Begins a maintenance window now. */
    addWindow(minutes: number) {
      const at = new Date(clock.ms).toISOString();
      const ends_at = new Date(clock.ms + minutes * minuteMs).toISOString();
      const about = { level: 'frozen', reason: 'a test needs it', created_by: 'anna' } as const;
      const window = windows.insert({ ...about, starts_at: at, ends_at, created_at: at });
      windows.begin(window.id, at);
      return window;
    },

    /** `1 open: Trouble with a` */
    states: () =>
      (ops.prepare('SELECT number, status, title FROM incident ORDER BY number').all() as Stated[]).map(
        ({ number, status, title }) => `${number} ${status}: ${title}`,
      ),

    /** The first lines of a timeline. */
    timeline: (number: number) =>
      (
        ops.prepare('SELECT text FROM incident_entry WHERE incident = ? ORDER BY seq').all(number) as Texts[]
      ).map(({ text }) => text.split('\n')[0]),

    /** Event and transition of the rows of incidents. */
    audited: () =>
      ops
        .prepare(`SELECT event, outcome, detail ->> 'transition' AS transition FROM audit
          WHERE event LIKE 'incident.%' ORDER BY id`)
        .all() as { event: string; outcome: string; transition: string | null }[],
  };
}

type Stated = { number: number; status: string; title: string };
type Texts = { text: string };
