// Waits for a state that has no event: of another process, of a file, or of a server over HTTP.
import { setTimeout } from 'node:timers/promises';

/** Without a pause, a test would take the processor from the process that it waits for. */
const pauseMs = 10;

/** Reads until the value is as wanted, by default true, and returns it. The limit is that of the test. */
export async function until<Value>(
  read: () => Value | Promise<Value>,
  isWanted: (value: Value) => boolean = Boolean,
): Promise<Value> {
  for (;;) {
    const value = await read();
    if (isWanted(value)) return value;
    await setTimeout(pauseMs);
  }
}
