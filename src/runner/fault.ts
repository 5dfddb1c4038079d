// Turns an error of the server, e.g. a full disk, into a fault of the attempt: it ends the attempt and not the server.
import { isDiskFull } from '../core/disk-reserve.ts';

export type FaultGuard = ReturnType<typeof createFaultGuard>;

/** After the first fault no work is run any more. */
export function createFaultGuard(onFault: () => void) {
  let fault: string | null = null;
  const fail = (error: unknown) => {
    if (fault !== null) return;
    fault = describeFault(error as NodeJS.ErrnoException);
    onFault();
  };
  return {
    fault: () => fault,
    fail,
    run(work: () => void) {
      if (fault !== null) return;
      try {
        work();
      } catch (error) {
        fail(error);
      }
    },
  };
}

function describeFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'SQLITE_FULL') return 'what it reported could not be stored, the disk is full (ENOSPC)';
  return isDiskFull({ code }) ? `its log stopped, the disk is full (${code})` : message;
}
