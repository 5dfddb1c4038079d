// The actions of access. Everybody may sign in and out; only an admin may read or change tokens.
import type { Action } from '../../web/action.ts';
import { tokenTarget } from '../token-repository.ts';

const changes = 'access';

type Carrying = { action: Action; carriesSecret: 'request' | 'answer' };

/** It receives a token. */
export const signsIn: Carrying = {
  action: { name: 'access.sign_in', role: 'anyone', tier: 0, changes, allowedInReadOnly: true },
  carriesSecret: 'request',
};
export const signsOut: { action: Action } = {
  action: { name: 'access.sign_out', role: 'anyone', tier: 0, changes, allowedInReadOnly: true },
};
/** It shows the token once. */
export const createsToken: Carrying = {
  action: { name: 'access.token_created', role: 'admin', tier: 0, changes },
  carriesSecret: 'answer',
};
/** The server asks for the word only for the last admin token. */
export const revokesToken: { action: Action } = {
  action: { name: 'access.token_revoked', role: 'admin', tier: 2, changes, target: tokenTarget },
};
export const readsTokens = { reads: 'admin' as const };
