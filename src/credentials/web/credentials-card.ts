import type { SharedCard } from '../../web/card.ts';
import type { CredentialContext } from '../parts.ts';
import { viewCredential } from './credential-view.ts';

/** Each credential with its file and the result of its last check. */
export const credentialsCard = ({ describeCredentials }: CredentialContext): SharedCard => ({
  name: 'credentials',
  host: 'credentials-card',
  path: '/ui/credentials/card',
  reads: 'admin',
  dirtyOn: ['credentials', 'settings', 'sources'],
  load: () => ({ credentials: describeCredentials.all().map(viewCredential) }),
});
