// Reads a named sheet as a person or a program gives it, and reports everything that is wrong at once.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import type { Config } from '../core/config.ts';
import { type SheetSource, type SourceKind, sourceKinds } from '../core/sheet-source.ts';
import { readPlace } from './source-place.ts';
import { type GivenTabs, readTabNames } from './tab-name-rules.ts';

export type GivenSource = { kind?: string; place?: string; tabs?: GivenTabs | null };

const sourceNamePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** `others`: the other named sheets, which must not have the same place. Throws `invalid_arguments` with a problem for each of
 *  `name`, `kind`, `place` and `tabs.category` …. */
export function readSource(
  config: Config,
  name: string,
  given: GivenSource,
  others: readonly SheetSource[],
): SheetSource {
  const problems: ArgumentProblem[] = [];
  const report = (field: string, message: string) => void problems.push({ field, message });
  if (!sourceNamePattern.test(name)) report('name', describeNameFault(name));
  const kind = sourceKinds.find((one) => one === given.kind);
  if (!kind) report('kind', `Kind: choose one of ${sourceKinds.join(', ')}.`);
  const place = kind ? placeOf(config, kind, given.place ?? '', others, report) : '';
  const tabs = readTabNames(kind ?? 'folder', given.tabs ?? {}, report);
  if (!kind || problems.length > 0) throw invalidArguments(problems);
  return { name, kind, place, tabs };
}

function describeNameFault(name: string): string {
  const rule = 'Name: 1 to 40 lower-case letters, digits and hyphens, beginning with a letter or digit.';
  const similar = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return sourceNamePattern.test(similar) ? `${rule} For example ${similar}.` : rule;
}

type Report = (field: string, message: string) => void;

function placeOf(
  config: Config,
  kind: SourceKind,
  given: string,
  others: readonly SheetSource[],
  report: Report,
): string {
  const found = readPlace(config, kind, given);
  if ('message' in found) {
    report('place', `Place: ${found.message}`);
    return '';
  }
  const same = others.find((other) => other.place === found.place);
  if (same)
    report('place', `Place: ${same.name} has this place already. Choose another, or use ${same.name}.`);
  return found.place;
}
