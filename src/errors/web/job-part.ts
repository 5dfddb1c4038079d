// The link from a failed job to the group in which its failure is counted.
import type { JobPart } from '../../core/job-part.ts';
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { ErrorContext } from '../parts.ts';

export const jobErrorPart = ({ groups }: Pick<ErrorContext, 'groups'>): JobPart => ({
  template: 'errors/job-error',
  load({ number, status }) {
    const group = status === 'failed' ? groups.ofJob(number) : null;
    return group && { href: url(`/errors/${group.id}`), times: plural(group.times, 'time') };
  },
});
