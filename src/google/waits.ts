// Reports the waits that Google asks for as the progress of a job, and in its log.
import type { GoogleAccess } from './patient-fetch.ts';

type Progress = (done: number, total: number | undefined, phase: string, note?: string) => void;

export function followWaits(progress: Progress): GoogleAccess['onWait'] {
  return (ms, status) => {
    const note = describe(status, `${Math.ceil(ms / 1000)} s`);
    console.log(`${note}.`);
    progress(0, undefined, 'wait', note);
  };
}

function describe(status: number, length: string): string {
  if (status === 0) return `Google cannot be reached; trying again in ${length}`;
  return status === 429
    ? `Google asks to wait ${length}`
    : `Google answers ${status}; trying again in ${length}`;
}
