// Runs an operation by its name, with the files that it may take.
import { givenProperties } from '../core/arguments.ts';
import { AppError } from '../core/errors.ts';
import type { Args, ArgumentSchema } from '../core/operation.ts';
import type { Client } from '../core/terminal/command.ts';
import { flagOf, readFlags } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { followToEnd, runBody, runFlags } from '../jobs/commands.ts';
import type { Accepted } from '../jobs/job-body.ts';
import { findGivenFiles } from './given-files.ts';

type OperationBody = { name: string; args: ArgumentSchema };

/** Runs an operation and follows it to its end; gives the exit code. */
export async function runOperation(client: Client, name: string, words: string[], screen: Screen) {
  const { items } = await client.get<{ items: OperationBody[] }>('/api/v1/operations');
  const operation = items.find((item) => item.name === name);
  if (!operation) throw noSuchOperation(name, items);
  const properties = { ...givenProperties(operation.args), ...runFlags };
  const takesFiles = fileArgumentOf(operation.args) !== null;
  const { values, rest } = readFlags(words, properties, takesFiles ? maxFiles : 0);
  const given = Object.fromEntries(Object.entries(values).filter(([key]) => !Object.hasOwn(runFlags, key)));
  const args =
    rest.length === 0 ? given : { ...given, ...(await uploadFiles(client, operation, given, rest)) };
  const path = `/api/v1/operations/${encodeURIComponent(name)}`;
  const accepted = await client.post<Accepted>(path, { args, ...runBody(client, values) });
  return followToEnd(client, name, accepted, screen);
}

/** Uploads files as they would be on a page; returns the argument that names them. */
async function uploadFiles(client: Client, { args }: OperationBody, given: Args, words: string[]) {
  const name = fileArgumentOf(args) ?? '';
  const others = ['source', 'path', name].filter((other) => given[other] !== undefined);
  if (others.length > 0) {
    const message = `Name files or ${flagOf(others[0] ?? '')}, not both.`;
    throw new AppError('invalid_arguments', message, { problems: [{ field: name, message }] });
  }
  const files = findGivenFiles(words);
  const { sheet_id } = await client.upload<{ sheet_id: string }>('/api/v1/sheets', files);
  return { [name]: sheet_id };
}

/** More are refused by the server, which says how many are allowed. */
const maxFiles = 100;

/** The argument that names uploaded files; null for an operation that takes none. */
export function fileArgumentOf({ properties }: ArgumentSchema): string | null {
  return Object.keys(properties).find((name) => properties[name]?.format === 'sheet') ?? null;
}

function noSuchOperation(name: string, known: OperationBody[]): AppError {
  const names = known.map((operation) => operation.name).join(', ');
  const message = `There is no operation ${JSON.stringify(name.slice(0, 80))}. Known: ${names}. "npm run chl -- help" lists the commands.`;
  return new AppError('not_found', message);
}
