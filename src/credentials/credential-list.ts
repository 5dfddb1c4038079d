// The named credentials. Each is a file with a secret; the list says what is in it and what uses it.
export const credentialKinds = ['service_account', 'api_key'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export type Credential = {
  name: string;
  kind: CredentialKind;
  title: string;
  /** The purpose, in one sentence. */
  text: string;
  /** Takes precedence over a saved file. */
  variable: string;
};

export const credentialList: readonly Credential[] = [
  {
    name: 'google',
    kind: 'service_account',
    title: 'Google service account',
    text: 'Opens the named sheets that are Google spreadsheets.',
    variable: 'CHL_GOOGLE_KEY_FILE',
  },
  {
    name: 'embedding',
    kind: 'api_key',
    title: 'Key of the embedding service',
    text: 'Lets workers and searches use the embedding service.',
    variable: 'CHL_EMBEDDING_KEY_FILE',
  },
];
