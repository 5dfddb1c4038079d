// The actions on incidents, for their routes and their audit rows.
import { incidentTarget } from '../incident-store/incident.ts';

const ofIncidents = { role: 'operator', changes: 'incidents', target: incidentTarget } as const;

export const incidentActions = {
  open: { name: 'incident.opened', role: 'operator', tier: 1, changes: 'incidents', target: 'incidents' },
  entry: { ...ofIncidents, name: 'incident.entry_added', tier: 0 },
  mitigate: { ...ofIncidents, name: 'incident.mitigated', tier: 0 },
  close: { ...ofIncidents, name: 'incident.closed', tier: 1 },
  reopen: { ...ofIncidents, name: 'incident.reopened', tier: 1 },
  change: { ...ofIncidents, name: 'incident.changed', tier: 1 },
  item: { ...ofIncidents, name: 'incident.item_changed', tier: 0 },
} as const;
