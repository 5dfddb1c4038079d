// Checks the rules of ARCHITECTURE.md: import directions, contents of files, and sizes.
import { findContentViolations } from './architecture/contents.ts';
import { findEventViolations } from './architecture/events.ts';
import { findImportViolations } from './architecture/imports.ts';
import { findSizeViolations } from './architecture/sizes.ts';
import { readSources, type Violation } from './architecture/sources.ts';

/** By rule: the exception and its reason. An exception names a violation by its file, by its file and its detail, or by
 *  the name that its detail begins with; '' matches all. */
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

/** The violations without an exception, and the exceptions that match no violation. */
export function withoutExceptions(found: Violation[], exceptions: Exceptions): Violation[] {
  const matches = ({ file, detail }: Violation, name: string) =>
    ['', file, `${file} ${detail}`].includes(name) || `${file} ${detail}`.startsWith(`${name}: `);
  const namesOf = (rule: string) => Object.keys(exceptions[rule] ?? {});
  const unneeded = Object.keys(exceptions).flatMap((rule) =>
    namesOf(rule)
      .filter((name) => !found.some((one) => one.rule === rule && matches(one, name)))
      .map((name) => ({ rule: 'every exception is needed', file: name, detail: rule })),
  );
  return [...found.filter((one) => !namesOf(one.rule).some((name) => matches(one, name))), ...unneeded];
}
