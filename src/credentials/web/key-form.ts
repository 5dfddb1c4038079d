// The form that sets a credential: an upload, or the path of a file on this machine.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import type { CredentialFacts } from '../describe-credential.ts';

const hints = {
  service_account: {
    upload: 'The JSON key of a service account, at most 512 KiB.',
    accept: '.json',
    endings: '.json',
    expected: 'a JSON key',
    example: '~/keys/sheets.json',
  },
  api_key: {
    upload: 'A text file with the key in one line.',
    accept: '.key,.txt,text/plain',
    endings: '.key .txt .pem .json',
    expected: 'a text file',
    example: '~/keys/embedding.key',
  },
};

/** `refused`: the typed path, and the reason of the refusal. */
export function viewKeyForm(
  { name, title, kind, is_set: isSet, variable }: CredentialFacts,
  refused: { path: string; error: AppError } | null = null,
) {
  const { problemOf } = readProblems(refused?.error);
  return {
    name,
    title,
    variable,
    isSet,
    ...hints[kind],
    path: refused?.path ?? '',
    problem: refused?.error.message ?? null,
    isOfPath: problemOf('path') !== null,
    command: refused?.error.details?.command ?? null,
    progress: {
      id: `set-${name}-progress`,
      action: 'Upload',
      form: `set-${name}-upload`,
      needed: 'credential.changed',
    },
    uploadUrl: url(`/ui/credentials/${name}/upload`),
    pathUrl: url(`/ui/credentials/${name}/path`),
  };
}
