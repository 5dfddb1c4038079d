// Holds the custom operations of operations.yaml; reads the file at start and after each change.
import { explain } from '../core/faults.ts';
import fs from 'node:fs';
import path from 'node:path';
import type { Check, Found } from '../core/check.ts';
import { formatNumber, plural } from '../core/format.ts';
import { type CustomOperations, type CustomProblem, readCustomOperations } from './custom-file.ts';
import type { Operation } from '../core/operation.ts';

const fileMaxBytes = 1024 * 1024;
/** Problems that the check names. */
const maxShown = 5;

type CustomSource = ReturnType<typeof createCustomOperations>;
type Given = {
  file: string;
  /** Names that an entry must not use. */
  reserved: string[];
  /** Called after the file was read again. */
  onChange: () => void;
};

export function createCustomOperations({ file, reserved, onChange }: Given) {
  let seen = '';
  let current: { operations: Operation[]; problems: CustomProblem[] } = { operations: [], problems: [] };
  read();

  return {
    /** The operations that can run. While the file cannot be read: those of its last readable version. */
    operations: () => current.operations,
    /** The problems of the file, in its order. */
    problems: () => current.problems,
    runOnce() {
      if (read()) onChange();
    },
  };

  /** Returns whether the file has changed. */
  function read(): boolean {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    const version = stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.mode}` : 'none';
    if (version === seen) return false;
    seen = version;
    const found = stat ? readFile(file, stat, reserved) : { operations: [], problems: [] };
    current = { ...found, operations: found.operations ?? current.operations };
    return true;
  }
}

function readFile(file: string, { mode, size }: fs.Stats, reserved: string[]): CustomOperations {
  const refuse = (message: string) => ({
    operations: null,
    problems: [{ entry: null, entryLine: null, line: 1, column: 1, message }],
  });
  if (mode & fs.constants.S_IWOTH)
    return refuse(
      `Every user of this machine can change it. Check its content, then run "chmod o-w ${file}".`,
    );
  if (size > fileMaxBytes) return refuse('It is larger than 1 MiB. Make it smaller.');
  try {
    return readCustomOperations(fs.readFileSync(file, 'utf8'), file, reserved);
  } catch (error) {
    return refuse(explain(error, file));
  }
}

/** Checks that the custom operations can be read. */
export function customOperationsCheck(
  file: string,
  custom: Pick<CustomSource, 'problems' | 'operations'>,
): Check {
  return {
    id: 'custom-operations',
    component: 'settings',
    title: 'Custom operations',
    everySec: 60,
    dirtyOn: ['operations'],
    look() {
      const count = custom.operations().length;
      return {
        says: count === 0 ? `None. Define them in ${file}.` : `${formatNumber(count)} in ${file}`,
        found: findLeftOut(custom.problems(), file),
      };
    },
  };
}

/** One finding, with the first problems. */
function findLeftOut(problems: CustomProblem[], file: string): Found[] {
  if (problems.length === 0) return [];
  const shown = problems
    .slice(0, maxShown)
    .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
  const more = problems.length - maxShown;
  return [
    {
      subject: 'left-out',
      severity: 'warning',
      title: formatTitle(problems),
      text: `${path.basename(file)}, ${shown.join(' ')}${more > 0 ? ` ${plural(more, 'more problem')}.` : ''}`,
      stops: [],
    },
  ];
}

function formatTitle(problems: CustomProblem[]): string {
  if (problems.some((problem) => problem.entryLine === null)) return 'Custom operations cannot be read';
  const entries = new Set(problems.map((problem) => problem.entryLine)).size;
  return `${plural(entries, 'custom operation is', 'custom operations are')} left out`;
}
