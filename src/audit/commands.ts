// The command that reads the audit log through the API.
import type { ArgumentProperty } from '../core/operation.ts';
import type { Command } from '../core/terminal/command.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { AuditBody } from './audit-body.ts';
import { outcomes } from './audit-row.ts';

type Page = { items: AuditBody[]; next_cursor: string | null; searched_back_to: string | null };

const limit = { type: 'integer', title: 'Number of rows, 1 to 200', default: 20 } satisfies ArgumentProperty;

export const auditCommands: Command[] = [
  {
    name: 'audit',
    summary: 'Lists or searches the audit log, newest first.',
    flags: {
      event: textFlag('An event, e.g. job.accepted, or a group: jobs, settings, access'),
      actor: textFlag('Only rows of this token or person'),
      outcome: { type: 'string', title: 'Only this outcome', enum: [...outcomes] },
      target: textFlag('Only rows about this, e.g. job:412'),
      q: textFlag('Words of reasons, targets and details'),
      since: textFlag('From then on, e.g. 7d or 2026-11-22'),
      until: textFlag('Before then'),
      limit,
    },
    async run(client, { values }, screen) {
      const given = Object.entries({ limit: limit.default, ...values });
      const query = new URLSearchParams(
        given.map(([name, value]): [string, string] => [name, String(value)]),
      );
      const page = await client.get<Page>(`/api/v1/audit?${query}`);
      return screen.show(page, ...page.items.map(formatRow), describeEnd(page));
    },
  },
];

function formatRow({ id, at, actor, title, target, outcome, reason }: AuditBody): string {
  const columns = [String(id).padEnd(7), at, outcome.padEnd(7), title];
  const about = target === null ? '' : ` (${target})`;
  return `${columns.join(' ')}${about} by ${actor}${reason ? `  “${reason.replace(/\s+/g, ' ')}”` : ''}`;
}

function describeEnd({ items, next_cursor, searched_back_to }: Page): string {
  if (searched_back_to !== null)
    return `Searched back to ${searched_back_to}. Narrow the search with --until ${searched_back_to}, --event or --target.`;
  if (items.length === 0) return 'No rows.';
  return next_cursor === null ? 'No more rows.' : 'There are older rows: --until, or a larger --limit.';
}
