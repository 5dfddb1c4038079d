// The tone of an incident, for every page that shows one.
import type { Incident } from './incident.ts';

/** An open one of the severities 1 and 2 is bad, other open ones are a warning. */
export function toneOf({
  status,
  severity,
}: Pick<Incident, 'status' | 'severity'>): 'bad' | 'warn' | 'hold' | 'idle' {
  if (status === 'open') return severity <= 2 ? 'bad' : 'warn';
  return status === 'mitigated' ? 'hold' : 'idle';
}
