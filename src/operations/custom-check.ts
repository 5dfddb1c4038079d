// Checks that the custom operations can be read.
import path from 'node:path';
import type { Check } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { CustomProblem } from './custom-file.ts';
import type { OperationContext } from './parts.ts';

export function customOperationsCheck({
  config,
  customOperations,
}: Pick<OperationContext, 'config' | 'customOperations'>): Check {
  return {
    name: 'custom-operations',
    dirtyOn: ['operations'],
    problem() {
      const problems = customOperations.problems();
      const [problem] = problems;
      if (!problem) return null;
      const { line, column, message } = problem;
      return {
        tone: 'warn',
        title: formatTitle(problems),
        text: `${path.basename(config.operationsFile)}, line ${line}, column ${column}: ${message}`,
      };
    },
  };
}

function formatTitle(problems: CustomProblem[]): string {
  if (problems.some((problem) => problem.entryLine === null)) return 'Custom operations cannot be read';
  const entries = new Set(problems.map((problem) => problem.entryLine)).size;
  return `${plural(entries, 'custom operation is', 'custom operations are')} left out`;
}
