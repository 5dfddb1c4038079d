// The settings of incidents: by when they are to be mitigated.
import { integer, second } from './kinds.ts';

const due = (severity: number, hours: number) =>
  integer({
    key: `incidents.due_${severity}_hours`,
    variable: `CHL_INCIDENT_DUE_${severity}_HOURS`,
    group: 'incidents',
    title: `Due time of severity ${severity}`,
    text: 'An incident is to be mitigated so long after it was opened.',
    min: 1,
    max: 8760,
    default: hours,
    unit: 'h',
    times: 3600 * second,
  });

export const incidentSettings = {
  incidentDue1Ms: due(1, 1),
  incidentDue2Ms: due(2, 4),
  incidentDue3Ms: due(3, 24),
  incidentDue4Ms: due(4, 168),
};
