import type { SharedCard } from '../../web/card.ts';
import type { CredentialContext } from '../parts.ts';
import { viewCredential } from './credential-view.ts';

/** The credentials: which file each is, and what its last check has found. */
export const credentialsCard = ({ describeCredentials }: CredentialContext): SharedCard => ({
  name: 'credentials',
  host: 'credentials-card',
  path: '/ui/credentials/card',
  reads: 'admin',
  dirtyOn: ['credentials', 'settings', 'sources'],
  load: () => ({ credentials: describeCredentials.all().map(viewCredential) }),
});
