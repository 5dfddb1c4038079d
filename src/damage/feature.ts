// Damage: what is known about databases that cannot be used, and the way back.
import type { Feature } from '../web/feature.ts';
import { lockedCheck } from './locked-check.ts';

export const damage: Feature = {
  name: 'damage',
  create: () => ({}),
  checks: (ctx) => [lockedCheck(ctx)],
};
