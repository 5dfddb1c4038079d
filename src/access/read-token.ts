// Checks a token that somebody wants to create.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import { isOwnActor } from '../core/own-actors.ts';
import { readTime } from '../core/read-time.ts';
import { type Role, roles } from '../core/role.ts';

/** `expires_at`: a date, or a time in ISO 8601; null or absent: never. */
export type WantedToken = { name: string; role: string; expires_at?: string | null };

type Given = { now: Date; isTaken: (name: string) => boolean };

/** Throws `invalid_arguments` with all problems. */
export function readToken({ name, role, expires_at = null }: WantedToken, { now, isTaken }: Given) {
  const expiresAt = expires_at === null ? null : readTime(expires_at);
  const problems = [
    problem('name', findNameFault(name) ?? (isTaken(name) ? taken(name) : null)),
    problem('role', isRole(role) ? null : `Choose a role: ${roles.join(', ')}.`),
    problem('expires_at', expiresAt && findTimeFault(expiresAt, now)),
  ].flat();
  if (problems.length > 0 || !isRole(role)) throw invalidArguments(problems);
  return { name, role, expires_at: expiresAt?.toISOString() ?? null };
}

function problem(field: string, message: string | null): ArgumentProblem[] {
  return message === null ? [] : [{ field, message }];
}

function taken(name: string): string {
  return `There is a token named ${name}. Revoke it first, or choose another name.`;
}

function findNameFault(name: string): string | null {
  if (isOwnActor(name)) return `The name ${name} is reserved. Choose another.`;
  const isText = /^[A-Za-z0-9._ -]{1,40}$/.test(name) && name === name.trim();
  if (isText && /[A-Za-z0-9]/.test(name)) return null;
  return 'Write a name of 1 to 40 letters, digits, dots, hyphens, underscores and spaces, for example nightly.';
}

function findTimeFault(at: Date, now: Date): string | null {
  if (Number.isNaN(at.getTime()))
    return 'Write the end as a date or as a time in UTC, for example 2027-03-01T00:00:00Z.';
  return at <= now ? 'The end has passed already.' : null;
}

function isRole(role: string): role is Role {
  return roles.some((one) => one === role);
}
