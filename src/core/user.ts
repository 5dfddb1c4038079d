// The user of this process. A container may run as one that the system does not know.
import os from 'node:os';
import { actorNamed } from './own-actors.ts';

/** The name of this user in the audit log. */
export const userName = actorNamed(ask(() => os.userInfo().username) ?? `user ${process.getuid?.()}`);

/** Null when the user has none. */
export function homeFolder(): string | null {
  return ask(os.homedir);
}

function ask<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
