// Checks that the file of each credential can be used, and what its last check has found. It asks no service, and leaves the
// key of Google to a check that needs no database.
import type { Check, Found } from '../core/check.ts';
import { upperFirst } from '../core/format.ts';
import { type Credential, credentialList } from './credential-list.ts';
import type { Kernel } from '../core/kernel.ts';
import type { CredentialFacts, DescribeCredentials } from './describe-credential.ts';

const fix = { href: '/settings/credentials', label: 'Open credentials' };

const stops: Record<Credential['kind'], string[]> = {
  service_account: ['import', 'export'],
  api_key: ['embedding', 'search'],
};

/** The component that needs the key. */
const parts: Record<Credential['kind'], string> = { service_account: 'sources', api_key: 'embedder' };

export const credentialHeads = credentialList.map(headOf);

function headOf({ name, title }: Credential) {
  return { id: `credential-${name}`, component: 'credentials', title };
}

type Sources = Pick<Kernel, 'config'> & { describeCredentials: Pick<DescribeCredentials, 'describe'> };

export function credentialChecks({ config, describeCredentials }: Sources): Check[] {
  return credentialList.map((credential) => ({
    ...headOf(credential),
    everySec: 30,
    dirtyOn: ['credentials', 'settings', 'sources'],
    look() {
      const facts = describeCredentials.describe(credential.name);
      const isLooked = credential.name === 'google' && config.google.keyFile !== null;
      const found = [
        ...(isLooked ? [] : findFileProblem(facts)),
        ...findFailedCheck(facts),
        ...findWaiting(facts),
      ];
      return { says: describe(facts), found: found.map((one) => withPart(one, credential)) };
    },
  }));
}

/** A key that cannot be used breaks the part that needs it, too. */
function withPart(found: Found, { kind }: Credential): Found {
  return found.stops.length > 0 ? { ...found, component: parts[kind] } : found;
}

function describe({ in_use: file, check }: CredentialFacts): string {
  if (!file) return 'No key is set.';
  return check ? check.text : 'A key is set, not checked yet.';
}

function findFileProblem({ title, kind, used_by, in_use: file }: CredentialFacts): Found[] {
  if (!file?.problem) return [];
  const isUsed = used_by.length > 0;
  return [
    {
      subject: 'file',
      severity: isUsed ? 'error' : 'info',
      title: `${title}: the key file cannot be used`,
      text: withoutPath(file.problem, file.path),
      stops: isUsed ? stops[kind] : [],
      fix,
    },
  ];
}

/** Everybody reads findings; only an admin may see where keys are, and the command with the path. */
function withoutPath(problem: string, path: string): string {
  const [what = ''] = problem.split(' Run: ');
  return upperFirst(`${what.replaceAll(path, 'the file')} Settings, Credentials shows what helps.`);
}

/** A file that cannot be used is a finding of its own. The embedder is asked again and again by a check of its own. */
function findFailedCheck({ title, kind, used_by, in_use: file, check }: CredentialFacts): Found[] {
  if (kind !== 'service_account' || file?.problem || check?.status !== 'error') return [];
  const isUsed = used_by.length > 0;
  return [
    {
      subject: 'check',
      severity: isUsed ? 'error' : 'info',
      title: `${title}: the last check has failed`,
      text: check.text,
      stops: isUsed ? stops[kind] : [],
      fix,
    },
  ];
}

function findWaiting({ title, next }: CredentialFacts): Found[] {
  if (!next) return [];
  return [
    {
      subject: 'waits',
      severity: 'warning',
      title: `${title}: a new key is not in use yet`,
      text: `${next.check?.text ?? ''} Check it again on the page of credentials.`.trim(),
      stops: [],
      fix,
    },
  ];
}
