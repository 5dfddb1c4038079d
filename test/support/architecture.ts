// Holds ARCHITECTURE.md true: which way imports point, what may stand where, and how long things may be.
import { findContentViolations } from './architecture/contents.ts';
import { findEventViolations } from './architecture/events.ts';
import { findImportViolations } from './architecture/imports.ts';
import { findSizeViolations } from './architecture/sizes.ts';
import { readSources, type Violation } from './architecture/sources.ts';

/** By rule: what may break it, and why. A violation is named by its file, by its file and its detail, or by the name
 *  that its detail begins with; '' is all of them. */
export type Exceptions = Record<string, Record<string, string>>;

/** Reads `src` and `scripts` below `root`. */
export function findViolations(root: string): Violation[] {
  const sources = readSources(root);
  return [
    ...findImportViolations(sources),
    ...findContentViolations(sources),
    ...findEventViolations(sources),
    ...findSizeViolations(sources),
  ];
}

/** What is left of `found`, and each exception that nothing needs any more. */
export function withoutExceptions(found: Violation[], exceptions: Exceptions): Violation[] {
  const isMeant = ({ file, detail }: Violation, name: string) =>
    ['', file, `${file} ${detail}`].includes(name) || `${file} ${detail}`.startsWith(`${name}: `);
  const namesOf = (rule: string) => Object.keys(exceptions[rule] ?? {});
  const unneeded = Object.keys(exceptions).flatMap((rule) =>
    namesOf(rule)
      .filter((name) => !found.some((one) => one.rule === rule && isMeant(one, name)))
      .map((name) => ({ rule: 'every exception is needed', file: name, detail: rule })),
  );
  return [...found.filter((one) => !namesOf(one.rule).some((name) => isMeant(one, name))), ...unneeded];
}
