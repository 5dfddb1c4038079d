// The progress of a restore test as its job shows it.
import type { ScriptContext } from '../jobs/script.ts';
import type { Drill } from './drill.ts';

const mebibyte = 1024 ** 2;

/** The numbers of bytes have too many digits to be read. */
export const inMebibytes =
  (progress: ScriptContext['progress']): Drill['onProgress'] =>
  (done, total, step) =>
    total === undefined
      ? progress(done, total, step)
      : progress(Math.ceil(done / mebibyte), Math.ceil(total / mebibyte), step, 'in MiB');
