// Mutes findings: takes them from banners and notices, never from /checks, /status and /health. A mute outlasts a gap of its
// finding.
import { type Audit, auditRefusal, type Requester } from '../core/audit.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import { AppError } from '../core/errors.ts';
import { type Finding, findingTarget, isMuted, unmuted } from './finding.ts';
import type { Findings } from './findings.ts';

/** `change`: until severity or title change. */
const muteTimes = { '1h': 3_600_000, '1d': 86_400_000, '7d': 7 * 86_400_000, change: null } as const;
export type MuteTime = keyof typeof muteTimes;
export const muteNames = Object.keys(muteTimes) as MuteTime[];

export const muteWords: Record<MuteTime, string> = {
  '1h': 'For 1 hour',
  '1d': 'For 1 day',
  '7d': 'For 7 days',
  change: 'Until it changes',
};

const reasonMax = 1000;

type Given = { findings: Findings; audit: Audit; untilFree: UntilFree; now: () => Date };

export function createMutes({ findings, audit, untilFree, now }: Given) {
  return {
    /** Returns the finding. Throws `not_found`. */
    mute(id: number, time: MuteTime, by: Requester): Promise<Finding> {
      const ms = muteTimes[time];
      const until = ms === null ? 'change' : new Date(now().getTime() + ms).toISOString();
      const mute = {
        muted_until: until,
        muted_by: by.actor,
        mute_reason: by.reason?.slice(0, reasonMax) ?? null,
      };
      return change(id, mute, { event: 'finding.muted', by });
    },

    /** Returns the finding. Throws `not_found`, and `wrong_state` when it is not muted. */
    unmute: (id: number, by: Requester): Promise<Finding> =>
      change(id, unmuted, { event: 'finding.unmuted', by }),
  };

  function change(
    id: number,
    mute: Pick<Finding, 'muted_until' | 'muted_by' | 'mute_reason'>,
    given: { event: string; by: Requester },
  ): Promise<Finding> {
    const audited = { ...given, target: findingTarget(id) };
    return untilFree(() =>
      auditRefusal(audit, audited, () => {
        const before = findings.find(id);
        if (!before) throw unknownFinding(id);
        if (mute.muted_until === null && !isMuted(before, now()))
          throw new AppError('wrong_state', 'This finding is not muted.');
        const detail = {
          check: before.check_id,
          subject: before.subject,
          before: { muted_until: before.muted_until },
          after: { muted_until: mute.muted_until },
        };
        const finding = { ...before, ...mute };
        findings.replace(finding, () => audit.record({ ...audited, outcome: 'ok', detail }));
        return finding;
      }),
    );
  }
}

export function unknownFinding(id: number): AppError {
  return new AppError('not_found', `There is no finding ${id}.`);
}
