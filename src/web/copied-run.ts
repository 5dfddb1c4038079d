// A run as commands that people copy, for curl and for the command line; a shell passes every argument on unchanged.
import type { Args } from '../core/operation.ts';

type CopiedRun = { operation: string; args: Args; reason: string | null; confirm: string | null };

export function curlOf({ operation, args, reason, confirm }: CopiedRun, origin: string): string {
  const body = { args, ...(reason ? { reason } : {}), ...(confirm ? { confirm } : {}) };
  const url = `${origin}/api/v1/operations/${encodeURIComponent(operation)}`;
  return `curl -sS -H 'content-type: application/json' -d ${quote(JSON.stringify(body))} ${quote(url)}`;
}

export function commandOf({ operation, args, reason, confirm }: CopiedRun): string {
  const flags = Object.entries({ ...args, reason, confirm }).flatMap(([name, value]) => {
    const flag = name.replaceAll('_', '-');
    if (value === null || value === undefined) return [];
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
    return [quote(`--${flag}=${value}`)];
  });
  return ['npm run chl --', quote(operation), ...flags].join(' ');
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w/:=.,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
