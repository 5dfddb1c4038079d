// The actions on credentials and on the embedder, for their routes and their audit rows. Only an admin may take them.

const ofCredentials = { role: 'admin', tier: 0, changes: 'credentials' } as const;

export const credentialActions = {
  change: { ...ofCredentials, name: 'credential.changed' },
  check: { ...ofCredentials, name: 'credential.checked' },
  /** Needs a reason. */
  remove: { ...ofCredentials, name: 'credential.removed', tier: 1 },
} as const;

const ofEmbedder = { role: 'admin', tier: 0, changes: 'settings' } as const;

export const embedderActions = {
  /** Settings are saved, with the row of any other setting. */
  save: { ...ofEmbedder, name: 'settings.changed' },
  check: { ...ofEmbedder, name: 'embedder.checked' },
} as const;
