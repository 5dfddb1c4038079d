// Keeps in memory since when each finding is an error without a break. The stored time of its opening is earlier: it survives a
// short clearing, and the time as a warning counts there.
import type { Finding } from '../checks/finding.ts';

/** `times`: how often the finding had opened; an error that cleared and came back between two looks has another number. */
type Since = { at: string; times: number };

export type ErrorsSince = ReturnType<typeof createErrorsSince>;

/** `stored`: the findings at the start, before any look of this process. */
export function createErrorsSince(stored: Finding[]) {
  let errors = new Map<string, Since>();
  take(stored, ({ opened_at }) => opened_at);

  return {
    /** Takes all findings as they are now. */
    look: (all: Finding[]) => take(all, ({ seen_at }) => seen_at),

    /** Null for a finding that is no open error, and for one of which no look here was taken. */
    of(finding: Finding): string | null {
      return isError(finding) ? (known(finding)?.at ?? null) : null;
    },
  };

  function take(all: Finding[], first: (finding: Finding) => string) {
    const since = (finding: Finding) => known(finding) ?? { at: first(finding), times: finding.times };
    errors = new Map(all.filter(isError).map((finding) => [keyOf(finding), since(finding)]));
  }

  function known(finding: Finding): Since | null {
    const since = errors.get(keyOf(finding));
    return since?.times === finding.times ? since : null;
  }
}

const isError = ({ severity, cleared_at }: Finding) => severity === 'error' && cleared_at === null;

/** One that is not saved yet has no id. */
const keyOf = ({ check_id, subject }: Finding) => JSON.stringify([check_id, subject]);
