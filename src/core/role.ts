// The roles of people and programs. Each may do everything that the roles before it may do.
import { AppError } from './errors.ts';

export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether `role` may do what needs at least `least`. */
export function mayAct(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** Throws `forbidden` unless `role` may do what needs at least `least`. */
export function assertRole(role: Role, least: Role) {
  if (!mayAct(role, least))
    throw new AppError('forbidden', describeLack(role, least), { role, needs: least });
}

/** The sentence for a person who may not, e.g. at a button: `Needs an admin; you are a viewer.` */
export function describeLack(role: Role, least: Role): string {
  return `Needs ${withArticle(least)}; you are ${withArticle(role)}.`;
}

/** `a viewer`, `an admin` */
export function withArticle(role: Role): string {
  return role === 'viewer' ? 'a viewer' : `an ${role}`;
}
