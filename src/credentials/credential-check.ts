// Checks that the file of each credential can be used, and what its last check has found. It asks no service.
import type { Check, Found } from '../core/check.ts';
import { type Credential, credentialList } from './credential-list.ts';
import type { CredentialFacts } from './describe-credential.ts';
import type { CredentialContext } from './parts.ts';

const fix = { href: '/settings/credentials', label: 'Open credentials' };

const stops: Record<Credential['kind'], string[]> = {
  service_account: ['import', 'export'],
  api_key: ['embedding', 'search'],
};

export function credentialChecks({ describeCredentials }: CredentialContext): Check[] {
  return credentialList.map((credential) => ({
    id: `credential-${credential.name}`,
    component: 'credentials',
    title: credential.title,
    everySec: 30,
    dirtyOn: ['settings', 'sources'],
    look() {
      const facts = describeCredentials.describe(credential);
      return { says: describe(facts), found: [...findFileProblem(facts), ...findFailedCheck(facts)] };
    },
  }));
}

function describe({ in_use: file, check }: CredentialFacts): string {
  if (!file) return 'No key is set.';
  return check ? `${file.path}. ${check.text}` : `${file.path}, not checked yet.`;
}

function findFileProblem({ title, kind, used_by, in_use: file }: CredentialFacts): Found[] {
  if (!file?.problem) return [];
  const isUsed = used_by.length > 0;
  return [
    {
      subject: 'file',
      severity: isUsed ? 'error' : 'info',
      title: `${title}: the key file cannot be used`,
      text: file.problem,
      stops: isUsed ? stops[kind] : [],
      fix,
    },
  ];
}

/** A file that cannot be used is a finding of its own, and so needs no second one. */
function findFailedCheck({ title, kind, used_by, in_use: file, check, next }: CredentialFacts): Found[] {
  const waiting: Found[] = next
    ? [
        {
          subject: 'waits',
          severity: 'warning',
          title: `${title}: a new key is not in use yet`,
          text: `${next.check?.text ?? ''} Check it again on the page of credentials.`.trim(),
          stops: [],
          fix,
        },
      ]
    : [];
  if (file?.problem || check?.status !== 'error') return waiting;
  const isUsed = used_by.length > 0;
  const failed: Found = {
    subject: 'check',
    severity: isUsed ? 'error' : 'info',
    title: `${title}: the last check has failed`,
    text: check.text,
    stops: isUsed ? stops[kind] : [],
    fix,
  };
  return [failed, ...waiting];
}
