// Stored plans: what each dry run would change, in a file of its job.
import type { Feature } from '../web/feature.ts';

export const planStore: Feature = { name: 'plan-store', create: () => ({}) };
