// What the server and the thread that writes an upload share: slots of memory, which are filled and written in turn. The
// server says how many bytes the next slot holds, and 0 after the last; the thread answers null when a slot is written, and
// ends after its last answer.
import type { PassedIndex } from './head.ts';

export type ReceiveStart = { fd: number; room: SharedArrayBuffer };

/** The thread's last answer. `head`: the first bytes, which are not in the file; `passed`: null when no whole index came
 *  behind them. */
export type Received = { head: Uint8Array; passed: PassedIndex | null };

/** Writes of a mebibyte took Linux 6.18 up to ten times as long as four of a quarter. */
export const slotBytes = 256 * 1024;
export const slots = 8;
