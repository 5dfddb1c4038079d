// Parses a command line, runs it, and returns the exit code.
import { loadConfig } from '../core/config.ts';
import { toRefusal } from '../core/faults.ts';
import { shortenHomes } from '../core/home.ts';
import { withJson } from '../core/terminal/command.ts';
import { exitCodeOf } from './exit-code.ts';
import { readFlags } from '../core/terminal/flags.ts';
import { createScreen, type Screen, type ScreenOut } from '../core/terminal/screen.ts';
import { adviseOnDatabases } from '../damage/advise.ts';
import { declaredCommands } from '../declared-commands.ts';
import { chooseVerb } from './choose-verb.ts';
import { withClient } from './client.ts';
import { runOperation } from './run-operation.ts';

/** Prints an AppError and returns its exit code; throws any other error. */
export async function runCli(
  [name = 'help', ...words]: string[],
  out: ScreenOut,
  err: Pick<ScreenOut, 'write'>,
) {
  const screen = createScreen(out, err, words.includes('--json'));
  const warn = (sentence: string) => void err.write(`${shortenHomes(sentence)}\n`);
  try {
    return await runCommand(name, words, { screen, warn });
  } catch (error) {
    const refusal = toRefusal(error);
    if (!refusal) throw error;
    screen.refuse(refusal);
    return exitCodeOf(refusal.code);
  }
}

/** Loads only what the command needs. */
async function runCommand(
  name: string,
  words: string[],
  { screen, warn }: { screen: Screen; warn: (sentence: string) => void },
): Promise<number> {
  const topic = topicOf(name, words);
  if (topic) return (await import('./help.ts')).help(topic, screen);
  if (name === 'doctor') return (await import('./doctor.ts')).doctor(words, screen);
  const command = declaredCommands.find((one) => one.name === name);
  if (!command) return withClient((client) => runOperation(client, name, words, screen), warn);
  const read = readFlags(words, withJson(command.flags), command.wordsMax);
  const { json: _, ...values } = read.values;
  const { action, rest } =
    'verbs' in command ? chooseVerb(command, read.rest) : { action: command, rest: read.rest };
  const given = { values, rest, name: rest[0] ?? '' };
  if ('runHere' in action) {
    const { local } = await import('./local.ts');
    adviseOnDatabases(loadConfig(), () => false);
    return action.runHere(given, screen, local);
  }
  return withClient((client) => action.run(client, given, screen), warn);
}

/** Returns the words that help is asked for, empty for all of it; null when the call is no call for help. */
function topicOf(name: string, words: string[]): string[] | null {
  if (name === '--help' || name === '-h') return [];
  if (words.includes('--help') || words.includes('-h')) return [name];
  return name === 'help' ? words : null;
}
