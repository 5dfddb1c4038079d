import { upperFirst } from '../core/format.ts';
import type { HubRow, HubState, SetupStep } from '../core/hub-row.ts';
import type { CredentialFacts } from './describe-credential.ts';
import type { CredentialContext } from './parts.ts';

export const credentialsRow = ({ describeCredentials }: CredentialContext): HubRow => ({
  hub: 'settings',
  position: 20,
  icon: 'key',
  name: 'Credentials',
  href: '/settings/credentials',
  reads: 'admin',
  dirtyOn: ['credentials', 'settings', 'sources'],
  load: () => describeAll(describeCredentials.all()),
});

function describeAll(all: CredentialFacts[]): HubState {
  const broken = all.filter(({ in_use, check }) => in_use?.problem || check?.status === 'error');
  const waiting = all.filter(({ next }) => next);
  const [first] = broken;
  if (first) {
    const why = first.in_use?.problem ?? first.check?.text ?? '';
    return { sentence: `${first.title}: ${why}`, badge: { tone: 'bad', label: 'Cannot be used' } };
  }
  const [next] = waiting;
  if (next) {
    const sentence = `${next.title}: a new key waits until its check passes.`;
    return { sentence, badge: { tone: 'warn', label: 'New key waits' } };
  }
  const set = all.filter(({ is_set }) => is_set);
  if (set.length === 0)
    return { sentence: 'None is set. Sheets at Google need one, and some embedding services.' };
  const parts = set.map(({ title, check }) => `${title} ${check ? 'passes' : 'is set, not checked yet'}`);
  return { sentence: upperFirst(`${parts.join('; ')}.`) };
}

export const embedderRow = ({ config, embedder, embedderWatch }: CredentialContext): HubRow => ({
  hub: 'settings',
  position: 30,
  icon: 'index',
  name: 'Embedder',
  href: '/settings/embedder',
  dirtyOn: ['credentials', 'settings'],
  load(): HubState {
    if (embedderWatch.isChanging())
      return { sentence: 'Workers and searches are changing to the new embedder.' };
    if (!config.embedding) return { sentence: 'Built-in: it compares letters and words, not meaning.' };
    const name = `${config.embedding.model} at ${config.embedding.url}`;
    const check = embedder.lastCheck();
    if (!check) return { sentence: `${name}, not checked yet.` };
    if (check.status === 'ok')
      return { sentence: `${name}, ${check.dimension} numbers, checked`, at: check.checked_at };
    return { sentence: check.text, badge: { tone: 'bad', label: 'Check failed' } };
  },
});

export const embedderStep = ({ config, embedder }: CredentialContext): SetupStep => ({
  position: 25,
  title: 'Embedder answers',
  text: 'A check sends one word to the service.',
  href: '/settings/embedder',
  isNeeded: () => config.embedding !== null,
  isDone: () => embedder.lastCheck()?.status === 'ok',
  dirtyOn: ['credentials', 'settings'],
});

export const keyStep = ({ describeCredentials }: CredentialContext): SetupStep => ({
  position: 28,
  title: 'Key of Google checked',
  text: 'A check opens each sheet that is a Google spreadsheet.',
  href: '/settings/credentials',
  reads: 'admin',
  isNeeded: () => describeCredentials.usedBy('google').length > 0,
  isDone: () => isPassed(describeCredentials.describe('google')),
  dirtyOn: ['credentials', 'settings', 'sources'],
});

function isPassed({ check, in_use: file }: CredentialFacts): boolean {
  return check !== null && check.status !== 'error' && !file?.problem;
}
