// Chooses the verb of a command by its first word: `list` without one.
import { invalidArguments } from '../core/arguments.ts';
import type { Command, Verb } from '../core/terminal/command.ts';

/** Throws `invalid_arguments` for an unknown verb, and for one without the name that it needs. */
export function chooseVerb(
  { name: command, verbs }: Extract<Command, { verbs: unknown }>,
  [word = 'list', ...rest]: string[],
): { action: Verb; rest: string[] } {
  const refuse = (message: string) => invalidArguments([{ field: command, message }]);
  const action = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (!action) throw refuse(`Name a verb: ${formatChoice(Object.keys(verbs))}.`);
  if (action.names && !rest[0])
    throw refuse(
      `Name ${action.names}: "npm run chl -- ${command} ${action.listedBy ?? 'list'}" lists them.`,
    );
  return { action, rest };
}

/** `a, b or c` */
function formatChoice(words: string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
