// Opens, moves and changes incidents for people. Each call is one transaction: the change, its entry, its audit row.
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertConfirmed } from '../core/confirmation.ts';
import { assertMatches, assertUnchanged } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Findings } from '../checks/findings.ts';
import { type Incident, incidentTarget } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { incidentActions } from './actions.ts';
import {
  type DetailTexts,
  editsOf,
  type GivenDetails,
  type HasRunbook,
  minResolution,
  noDetails,
  readDetails,
  readText,
} from './details.ts';
import { newestOf } from './entry-words.ts';
import type { Sources } from './sources.ts';
import type { Writes } from './writes.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now' | 'redactor'> & {
  repository: IncidentRepository;
  writes: Writes;
  sources: Sources;
  findings: Pick<Findings, 'link'>;
  hasRunbook: HasRunbook;
};

/** `shown`: the values that the form had; `ifMatch`: the ETag of a program. */
type EditOptions = { shown?: Partial<DetailTexts>; ifMatch?: string | undefined };

type Action = (typeof incidentActions)[keyof typeof incidentActions];

export type Incidents = ReturnType<typeof createIncidents>;

export function createIncidents(given: Given) {
  const { audit, bus, untilFree, redactor, repository, writes, sources, findings } = given;

  return {
    /** Throws `not_found`. */
    get: repository.get,
    entries: repository.entries,
    countEntries: repository.countEntries,

    /** Throws `invalid_arguments`, and `wrong_state` while an incident with that cause is open or mitigated. */
    open: (wanted: GivenDetails & { source_ref?: string | null }, by: Requester): Promise<Incident> =>
      change(incidentActions.open, null, by, () => openOne(given, wanted, by), linking(wanted.source_ref)),

    /** People write notes only: the server writes the other kinds when something happens. */
    addEntry: (number: number, { kind, text }: { kind: 'note'; text: string }, by: Requester) =>
      change(incidentActions.entry, number, by, () =>
        writes.note(number, kind, readText('note', text, 1), by),
      ),

    mitigate: (number: number, by: Requester) =>
      change(incidentActions.mitigate, number, by, () => writes.mitigate(number, { by, why: by.reason })),

    close: (number: number, resolution: string, by: Requester) =>
      change(incidentActions.close, number, by, () =>
        writes.close(number, {
          by,
          resolution: readText('resolution', redactor.record(resolution), minResolution),
        }),
      ),

    /** Needs a reason. */
    reopen: (number: number, by: Requester) =>
      change(incidentActions.reopen, number, by, () => {
        assertConfirmed(by, null);
        return writes.reopen(number, { by, why: by.reason });
      }),

    /** `shown`: the values that the form had. Throws `edit_conflict`. */
    edit: (number: number, wanted: GivenDetails, by: Requester, options: EditOptions = {}) =>
      change(incidentActions.change, number, by, () => editOne(given, number, wanted, by, options)),

    /** Runs `work` in a transaction, with the audit row of a refusal; then announces the change. */
    change,
  };

  async function change<T>(
    { name: event }: Action,
    number: number | null,
    by: Requester,
    work: () => T,
    inTransaction: (work: () => T) => T = repository.transaction,
  ): Promise<T> {
    const target = number === null ? 'incidents' : incidentTarget(number);
    const audited: AuditEntry = { event, by, target };
    const done = await untilFree(() => auditRefusal(audit, audited, () => inTransaction(work)));
    bus.emit('incidents');
    return done;
  }

  /** The transaction of an opening; a finding is linked in it. */
  function linking(ref: string | null = null) {
    return (work: () => Incident) => {
      const finding = ref === null ? null : sources.findingOf(ref);
      return finding ? findings.link(finding, work) : repository.transaction(work);
    };
  }
}

function openOne(
  { redactor, repository, sources, writes, hasRunbook }: Given,
  { source_ref = null, ...wanted }: GivenDetails & { source_ref?: string | null },
  by: Requester,
): Incident {
  const cause = source_ref === null ? null : sources.read(source_ref);
  const details = readDetails(redactor.recordAll(wanted), cause?.details ?? noDetails, hasRunbook);
  const active = cause && sources.activeOf(cause);
  if (active) throw alreadyOpen(active);
  const before = cause && repository.newestOf(cause.source_ref);
  return writes.open(
    { ...details, source: cause?.source ?? 'hand', source_ref: cause?.source_ref ?? null },
    { by, why: describeBefore(before, by), entries: cause ? [cause.entry] : [] },
  );
}

function editOne(
  { redactor, repository, writes, hasRunbook, now }: Given,
  number: number,
  wanted: GivenDetails,
  by: Requester,
  { shown = {}, ifMatch }: EditOptions,
): Incident {
  const stored = repository.get(number);
  const details = readDetails(redactor.recordAll(wanted), stored, hasRunbook);
  assertMatches(ifMatch, stored);
  const last = newestOf(repository, number, ['changed', 'severity']);
  const change = last && { changed_at: last.at, changed_by: last.actor };
  assertUnchanged(editsOf(shown, { stored, given: details, change }), now());
  return writes.change(stored, details, by);
}

/** `Seen before: incident #4. Nobody can import.` */
function describeBefore(before: Incident | null, { reason }: Requester): string {
  return [before && `Seen before: incident #${before.number}.`, reason].filter(Boolean).join(' ');
}

function alreadyOpen({ number, status, title }: Incident): AppError {
  const message = `Incident #${number} with this cause is ${status}: ${title}. Add a note there instead.`;
  return new AppError('wrong_state', message, { number, status });
}
