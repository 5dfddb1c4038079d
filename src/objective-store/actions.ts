// The action that changes objectives, for their routes and their audit rows.
import { AppError } from '../core/errors.ts';
import { declaredObjectives } from './declared.ts';

export const objectiveTarget = (name: string): string => `objective:${name}`;

export const objectiveChange = {
  name: 'objective.changed',
  role: 'admin',
  tier: 0,
  changes: 'objectives',
  target: objectiveTarget,
} as const;

export function unknownObjective(name: string): AppError {
  const known = declaredObjectives.map((one) => one.name).join(', ');
  const message = `There is no objective ${JSON.stringify(name.slice(0, 80))}. There are: ${known}.`;
  return new AppError('not_found', message);
}
