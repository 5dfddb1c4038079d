// The command that creates, lists and revokes tokens, with or without a server.
import { roles } from '../core/role.ts';
import type { Command, Given, Local } from '../core/terminal/command.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { expiryOf } from './expiry.ts';
import type { ListedToken } from './token-list.ts';

export const tokenCommands: Command[] = [
  {
    name: 'token',
    example: 'list',
    summary: 'Creates, lists or revokes access tokens: create --name NAME --role ROLE, list, revoke NAME.',
    flags: {
      name: textFlag('Name of a token to create'),
      role: { type: 'string', title: 'Role of a token to create', enum: [...roles] },
      expires: textFlag('How long it is valid, such as 30d, or until when'),
      reason: textFlag('Reason, to revoke the last admin token'),
      confirm: textFlag('The word open, to revoke the last admin token'),
    },
    wordsMax: 2,
    verbs: {
      create: { runHere: create },
      list: { runHere: list },
      revoke: { names: 'a token', runHere: revoke },
    },
  },
];

/** Prints the token alone, so that a script can keep it. */
async function create(
  { values: { name, role, expires } }: Given,
  screen: Screen,
  local: Local,
): Promise<number> {
  const expires_at = expiryOf(text(expires), new Date());
  const wanted = { name: text(name), role: text(role), expires_at };
  return withAccess(local, async ({ tokens, by }) => {
    const { token, record } = await tokens.create(wanted, by);
    return screen.show({ ...record, token }, token);
  });
}

async function list(_given: Given, screen: Screen, local: Local): Promise<number> {
  return withAccess(local, async (access) => {
    const items = access.list();
    const none = 'No tokens: everything is open to the users of this machine.';
    return screen.show({ items }, ...(items.length > 0 ? items.map(format) : [none]));
  });
}

async function revoke(
  { name, values: { reason, confirm } }: Given,
  screen: Screen,
  local: Local,
): Promise<number> {
  return withAccess(local, async ({ tokens, by }) => {
    const record = await tokens.revoke(name, { reason: text(reason), confirm: text(confirm) }, by);
    return screen.show(record, `${name} revoked. Its sessions and live pages end within 5 s.`);
  });
}

/** Loads the database only for a command that needs it. */
async function withAccess(
  ...call: Parameters<typeof import('./local-access.ts').withLocalAccess<number>>
): Promise<number> {
  const { withLocalAccess } = await import('./local-access.ts');
  return withLocalAccess(...call);
}

function format({ name, role, state, hint, expires_at, last_used_at }: ListedToken): string {
  const expires = expires_at === null ? 'never expires' : `expires ${expires_at}`;
  const used = last_used_at === null ? 'not used yet' : `used ${last_used_at}`;
  return [name.padEnd(20), role.padEnd(8), state.padEnd(8), hint.padEnd(8), `${expires}, ${used}`].join(' ');
}

function text(value: unknown): string {
  return value === undefined ? '' : String(value);
}
