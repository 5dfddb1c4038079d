import type { SharedCard } from '../../web/card.ts';
import type { CredentialContext } from '../parts.ts';
import { viewEmbedder } from './embedder-view.ts';

/** The embedder in use, and the result of its last check. */
export const embedderCard = (ctx: CredentialContext): SharedCard => ({
  name: 'embedder',
  host: 'embedder-card',
  path: '/ui/embedder/card',
  dirtyOn: ['credentials', 'settings', 'library'],
  load: () => ({ embedder: viewEmbedder(ctx) }),
});
