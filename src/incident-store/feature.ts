// The store of incidents, for the features that link to them or add to their timelines.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createIncidentRepository } from './incident-repository.ts';

export const incidentStore: Feature<ReturnType<typeof createParts>> = {
  name: 'incident-store',
  create: createParts,
};

function createParts({ ops }: Context) {
  return { incidentRepository: createIncidentRepository(ops) };
}
