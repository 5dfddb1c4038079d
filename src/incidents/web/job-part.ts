// The incident of a failed job, or the link to the dialog that opens one.
import type { JobPart } from '../../core/job-part.ts';
import { url } from '../../core/url.ts';
import type { IncidentContext } from '../parts.ts';

export const jobIncidentPart = ({
  incidentRepository,
}: Pick<IncidentContext, 'incidentRepository'>): JobPart => ({
  template: 'incidents/job-incident',
  load({ number, status }) {
    const source_ref = `job:${number}`;
    const incident = incidentRepository.newestOf(source_ref);
    if (status !== 'failed' && !incident) return null;
    const isActive = incident !== null && incident.status !== 'closed';
    return {
      incident: incident && {
        number: incident.number,
        status: incident.status,
        href: url(`/incidents/${incident.number}`),
      },
      openUrl: isActive ? null : url('/ui/incidents/open', { source_ref }),
    };
  },
});
