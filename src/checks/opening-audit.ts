// Decides which openings and clearings of a finding get an audit row: the audit is never pruned, and a finding that comes and
// goes must not fill it.
import type { Transition } from '../core/audit.ts';

/** Openings with a row, for each finding and hour. */
const openingsPerHour = 4;
const hourMs = 3_600_000;

/** `suppressed`: openings since the last row that got none. */
export type AuditedMove = {
  event: 'finding.opened' | 'finding.cleared';
  transition: Transition;
  suppressed: number;
};

export type OpeningAudit = ReturnType<typeof createOpeningAudit>;

/** Decides for one finding. The functions return the row to write, or null. */
export function createOpeningAudit() {
  let openings: number[] = [];
  let suppressed = 0;
  /** The finding is open, and the audit does not say so. */
  let isOwed = false;

  return {
    opened(transition: Transition, now: Date): AuditedMove | null {
      if (hasRoom(now)) return record(transition, now);
      suppressed += 1;
      isOwed = true;
      return null;
    },

    /** A look has found it open. */
    seen(now: Date): AuditedMove | null {
      if (!isOwed || !hasRoom(now)) return null;
      suppressed -= 1;
      return record('again', now);
    },

    /** The end of an opening without a row gets none. */
    cleared(): AuditedMove | null {
      if (!isOwed) return { event: 'finding.cleared', transition: 'recovered', suppressed: 0 };
      isOwed = false;
      return null;
    },
  };

  function hasRoom(now: Date): boolean {
    openings = openings.filter((at) => now.getTime() - at < hourMs);
    return openings.length < openingsPerHour;
  }

  function record(transition: Transition, now: Date): AuditedMove {
    openings.push(now.getTime());
    const move = { event: 'finding.opened', transition, suppressed } as const;
    suppressed = 0;
    isOwed = false;
    return move;
  }
}
