// Traces every request for ten minutes, to find out why some are slow. It is known to this process only, so it also ends with
// the server.
import { auditRefusal, type Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { hunting, stopping } from './actions.ts';

const huntMs = 10 * 60_000;

type Recorded = typeof hunting | typeof stopping;

export function createHunt({
  audit,
  bus,
  now,
  untilFree,
}: Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'>) {
  let until: Date | null = null;
  let timer: NodeJS.Timeout | null = null;
  const current = () => (until !== null && until > now() ? until : null);
  const set = (end: Date | null) => {
    until = end;
    if (timer) clearTimeout(timer);
    // It ends in time also when the clock is set back.
    timer = end && setTimeout(() => set(null), huntMs).unref();
    bus.emit('traces');
  };

  return {
    /** Until when all requests are traced; null when they are not. */
    until: current,

    /** Begins, or begins again: it ends ten minutes from now. */
    async begin(by: Requester): Promise<Date> {
      const end = new Date(now().getTime() + huntMs);
      await record(hunting, by, end);
      set(end);
      return end;
    },

    /** Throws `wrong_state` when not all requests are traced. */
    async stop(by: Requester) {
      await record(stopping, by, null);
      set(null);
    },

    close() {
      if (timer) clearTimeout(timer);
    },
  };

  function record({ name: event, target }: Recorded, by: Requester, end: Date | null) {
    const audited = { event, by, target };
    return untilFree(() =>
      auditRefusal(audit, audited, () => {
        const before = current();
        if (end === null && before === null)
          throw new AppError('wrong_state', 'Not all requests are traced. There is nothing to stop.');
        const detail = { before: { all_until: before }, after: { all_until: end } };
        audit.record({ ...audited, outcome: 'ok', detail });
      }),
    );
  }
}
