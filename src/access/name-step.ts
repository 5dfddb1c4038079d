import type { SetupStep } from '../core/hub-row.ts';
import type { AccessContext } from './parts.ts';

export const nameStep = ({
  config,
  requirement,
}: Pick<AccessContext, 'config' | 'requirement'>): SetupStep => ({
  position: 60,
  title: 'Operator has a name',
  text: 'Each change is recorded with a name: that of a token, or of the operator while no token is required.',
  href: '/settings/limits#set-operator-name',
  isDone: () => requirement.isRequired() || config.operatorName.trim() !== '',
  dirtyOn: ['settings', 'access'],
});
