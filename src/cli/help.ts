// Prints the operations, the commands and their flags. Needs neither server nor data.
import { givenProperties } from '../core/arguments.ts';
import { createCatalogue } from '../core/catalogue.ts';
import { loadConfig } from '../core/config.ts';
import type { Operation } from '../core/operation.ts';
import { type Command, withJson } from '../core/terminal/command.ts';
import { type Flags, flagOf } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { declaredCommands } from '../declared-commands.ts';
import { declaredOperations, reservedNames } from '../declared-operations.ts';
import { runFlags } from '../jobs/commands.ts';
import { createCustomOperations } from '../operations/custom-operations.ts';
import { fileArgumentOf } from './run-operation.ts';

type Described = Pick<Command, 'name' | 'example' | 'summary' | 'flags'>;

const commands: Described[] = [
  ...declaredCommands,
  { name: 'doctor', summary: 'Checks this installation.' },
  { name: 'help', example: 'import', summary: 'Shows the flags of an operation or command.' },
];

export async function help([name]: string[], screen: Screen): Promise<number> {
  const custom = createCustomOperations({
    file: loadConfig().operationsFile,
    reserved: reservedNames,
    onChange() {},
  });
  const catalogue = createCatalogue(declaredOperations);
  catalogue.extend(custom.operations);
  const command = commands.find((one) => one.name === name);
  if (command) {
    const flags = command.name === 'help' ? {} : withJson(command.flags);
    return showUsage(screen, usageOf(command), [command.summary], flags);
  }
  if (name === undefined) return showAll(screen, catalogue.all());
  const { summary, description, args } = catalogue.get(name);
  const usage = fileArgumentOf(args) === null ? name : `${name} [file or folder …]`;
  return showUsage(screen, usage, [summary, description], { ...givenProperties(args), ...runFlags });
}

function showAll(screen: Screen, operations: Operation[]): number {
  screen.line('npm run chl -- <operation or command> [--flag value …]\n\nOperations');
  for (const { name, summary } of operations) screen.line(`  ${name.padEnd(20)} ${summary}`);
  screen.line('\nCommands');
  for (const command of commands) screen.line(`  ${usageOf(command).padEnd(20)} ${command.summary}`);
  screen.line(
    '\nExit codes: 0 succeeded, 1 failed, 2 usage error, 65 bad input, 75 locked or busy: try again later.',
  );
  screen.line('A running server runs the job; without one, it runs in this process.');
  return screen.show({
    operations: operations.map(({ name }) => name),
    commands: commands.map(({ name }) => name),
  });
}

function usageOf({ name, example }: Described): string {
  return example === undefined ? name : `${name} ${example}`;
}

function showUsage(screen: Screen, usage: string, texts: string[], flags: Flags): number {
  screen.line(
    `npm run chl -- ${usage}${Object.keys(flags).length > 0 ? ' [options]' : ''}\n${texts.join('\n')}\n`,
  );
  for (const [name, property] of Object.entries(flags)) {
    const values = property.enum ?? (property.type === 'boolean' ? [] : [property.format ?? property.type]);
    const preset = property.default === undefined ? '' : ` (default ${property.default})`;
    screen.line(`  ${`${flagOf(name)} ${values.join('|')}`.padEnd(30)} ${property.title}${preset}`);
  }
  return screen.show({ use: usage, flags });
}
