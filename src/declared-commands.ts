// The only list of the commands, besides those of the command line itself. Separate from the features, because the command
// line loads no server.
import { tokenCommands } from './access/commands.ts';
import { auditCommands } from './audit/commands.ts';
import type { Command } from './core/terminal/command.ts';
import { costCommands } from './costs/commands.ts';
import { errorCommands } from './errors/commands.ts';
import { flagCommands } from './flags/commands.ts';
import { jobCommands } from './jobs/commands.ts';
import { logCommands } from './log/commands.ts';
import { maintenanceCommands } from './maintenance/commands.ts';
import { queueCommands } from './queue/commands.ts';
import { restoreCommands } from './restore/commands.ts';
import { scheduleCommands } from './schedules/commands.ts';
import { settingCommands } from './settings/commands.ts';
import { sourceCommands } from './sources/commands.ts';
import { webhookCommands } from './webhooks/commands.ts';
import { workerCommands } from './workers/commands.ts';

export const declaredCommands: Command[] = [
  ...jobCommands,
  ...workerCommands,
  ...queueCommands,
  ...sourceCommands,
  ...scheduleCommands,
  ...tokenCommands,
  ...settingCommands,
  ...flagCommands,
  ...webhookCommands,
  ...auditCommands,
  ...errorCommands,
  ...logCommands,
  ...costCommands,
  ...maintenanceCommands,
  ...restoreCommands,
];
