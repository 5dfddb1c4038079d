// Assigns files to tabs by their names. Google and browsers name a download `Library - Experiences.csv` or
// `experiences (1).csv`; uploads and ZIPs come with such names.
import { isText, listFiles, isMeant } from './missing-tabs.ts';
import { quote, rowProblem, type Problem, type SheetProblem } from './problems.ts';
import { type Tab, tabs as usualTabs } from './tabs.ts';

/** `own`: each tab's file has the tab's own name. `any`: a file is taken by its name, if it is the only one that fits. */
export type Naming = 'own' | 'any';

type Assigned = { files: [Tab, string][]; missing: Tab[]; problems: SheetProblem[]; warnings: Problem[] };

export function assignFiles(
  names: readonly string[],
  naming: Naming,
  tabs: readonly Tab[] = usualTabs,
): Assigned {
  const assigned: Assigned = { files: [], missing: [], problems: [], warnings: [] };
  for (const tab of tabs) {
    const fitting = naming === 'own' ? names.filter((name) => name === tab.file) : namesFor(tab, names, tabs);
    const [file] = fitting;
    if (file === undefined) assigned.missing.push(tab);
    else if (fitting.length > 1) assigned.problems.push(ambiguous(tab, fitting));
    else {
      assigned.files.push([tab, file]);
      if (file !== tab.file) assigned.warnings.push(otherwiseNamed(tab, file));
    }
  }
  return assigned;
}

/** A file whose name fits two tabs is none of them. */
function namesFor(tab: Tab, names: readonly string[], tabs: readonly Tab[]): string[] {
  const others = tabs.filter((one) => one !== tab);
  return names.filter(
    (name) => isText(name) && isMeant(tab, name) && !others.some((other) => isMeant(other, name)),
  );
}

function ambiguous(tab: Tab, names: string[]): SheetProblem {
  const message = `${names.length} files fit this tab: ${listFiles(names)}. Leave only the right one.`;
  return { code: 'ambiguous_tab', problem: rowProblem(tab.name, null, null, null, message) };
}

function otherwiseNamed(tab: Tab, name: string): Problem {
  return rowProblem(tab.name, null, null, null, `The file ${quote(name)} is read as ${tab.file}.`);
}
