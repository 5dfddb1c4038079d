// The event that a receiver gets: a row of the audit log as JSON, with the address of the page about it. It is made once, so that
// each attempt sends and signs the same bytes.
import { describeTarget } from '../audit/describe-target.ts';
import type { AuditRepository } from '../audit/audit-repository.ts';
import type { AuditRow } from '../audit/audit-row.ts';
import { ownHosts } from '../core/host.ts';
import type { Kernel } from '../core/kernel.ts';
import { shorten, shortenAll } from '../core/shorten.ts';
import { url } from '../core/url.ts';
import { eventId } from './delivery.ts';

/** The address at which this server listens; null while it does not. */
type ReadAddress = () => { host: string; port: number } | null;

type Given = {
  config: Pick<Kernel['config'], 'host' | 'port'>;
  redactor: Pick<Kernel['redactor'], 'recordAll'>;
  auditRepository: Pick<AuditRepository, 'piece'>;
  ownAddress: ReadAddress;
};

const maxBodyBytes = 64 * 1024;
/** Each text in the detail of a longer event is shortened to this length; if that is not enough, the detail is left out. */
const maxText = 200;

export type EventBody = ReturnType<typeof createEventBody>;

export function createEventBody({ auditRepository, config, redactor, ownAddress }: Given) {
  const restoredEvent = { events: ['ops.restored'] };
  const findRestored = ({ id }: AuditRow) =>
    auditRepository.piece(restoredEvent, { from: 1, to: id, isUp: false, limit: 1 })[0]?.hash ?? null;

  /** `type`: of a test; else the event of the row. */
  return (row: AuditRow, type = row.event): string => {
    const clean = redactor.recordAll(row);
    const origin = originOf(ownAddress() ?? config);
    const named = { type, id: eventId(row.id, findRestored(row)) };
    const write = (more: Partial<AuditRow>) => JSON.stringify(eventOf({ ...clean, ...more }, named, origin));
    const { detail, reason, target } = clean;
    const [whole, shorter] = [write({}), { detail: shortenAll(detail, maxText) }];
    if (isShort(whole)) return whole;
    if (isShort(write(shorter))) return write(shorter);
    return write({
      detail: { left_out: JSON.stringify(detail).length },
      reason: reason && shorten(reason, maxText),
      target: target && shorten(target, maxText),
    });
  };
}

const isShort = (body: string) => Buffer.byteLength(body) <= maxBodyBytes;

function eventOf(
  { id, at, actor, event, target, outcome, reason, detail, hash }: AuditRow,
  named: { type: string; id: string },
  origin: string,
) {
  const page = describeTarget(target)?.href ?? url(`/audit/${id}`);
  const data = { id: named.id, event, actor, target, outcome, reason, detail, url: origin + page };
  return { type: named.type, timestamp: at, data: { ...data, audit_hash: hash } };
}

/** A wildcard is no address that a reader could open. */
function originOf({ host, port }: { host: string; port: number }): string {
  const hosts = ownHosts(port, host);
  const named = hosts.find((one) => !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(one));
  return `http://${named ?? hosts[0]}`;
}
