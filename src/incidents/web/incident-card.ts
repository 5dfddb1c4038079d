import type { RecordCard } from '../../web/card.ts';
import type { IncidentContext } from '../parts.ts';
import { viewIncident } from './incident-view.ts';

/** One incident: its state, its timeline, its links, its action items. */
export const incidentCard = (ctx: IncidentContext): RecordCard => ({
  name: 'incident',
  host: 'incident-:number-card',
  path: '/ui/incidents/:number/card',
  dirtyOn: ['incidents', 'findings', 'runs', 'job'],
  exists: (number) => ctx.incidentRepository.find(Number(number)) !== null,
  load: (number) => viewIncident(ctx, Number(number)),
});
