// The link to the trace of a job, on its page.
import type { JobPart } from '../../core/job-part.ts';
import { url } from '../../core/url.ts';
import { jobTraceId } from '../../runner/job-trace.ts';

export const jobTracePart: JobPart = {
  template: 'traces/job-trace',
  load: ({ number, finished_at }) =>
    finished_at === null ? null : { number, href: url(`/requests/${jobTraceId(number)}`) },
};
