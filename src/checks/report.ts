// All checks as plain text, for a message to a person who helps. Holds no secrets: answers are redacted, and so are findings before
// they are kept.
import { version } from '../core/config.ts';
import { formatList } from '../core/format.ts';
import type { CheckBody, FindingBody } from './views.ts';

export function writeReport(checks: CheckBody[], now: Date): string {
  const found = checks.flatMap((check) => check.found);
  const lines = [
    `CHL Operations ${version}, Node ${process.versions.node}, ${process.platform}, ${now.toISOString()}`,
    '',
    ...(found.length === 0 ? ['No findings.'] : found.flatMap(describeFinding)),
    '',
    ...checks.map(describeCheck),
  ];
  return `${lines.join('\n')}\n`;
}

function describeFinding(finding: FindingBody): string[] {
  const { severity, component, title, text, stops, opened_at, times, is_muted } = finding;
  return [
    `${severity.toUpperCase()} ${component}: ${title}`,
    `  ${text}`,
    ...(stops.length > 0 ? [`  Stops: ${formatList(stops)}`] : []),
    `  Since ${opened_at}, ${times === 1 ? 'once' : `${times} times`}${is_muted ? ', muted' : ''}`,
  ];
}

function describeCheck({ id, state, says, took_ms, looked_at }: CheckBody): string {
  if (looked_at === null) return `${state.padEnd(8)} ${id}: not run yet`;
  return `${state.padEnd(8)} ${id}: ${says ?? 'could not be checked'} (${took_ms} ms, ${looked_at})`;
}
