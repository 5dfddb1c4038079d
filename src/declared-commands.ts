// The only list of the commands that call the API. Separate from the features, because the command line loads no server.
import type { Command } from './core/terminal/command.ts';
import { jobCommands } from './jobs/commands.ts';
import { queueCommands } from './queue/commands.ts';
import { sourceCommands } from './sources/commands.ts';
import { workerCommands } from './workers/commands.ts';

export const declaredCommands: Command[] = [
  ...jobCommands,
  ...workerCommands,
  ...queueCommands,
  ...sourceCommands,
];
