// The words, tones and icons of incidents.
import type { Incident, IncidentStatus } from '../../incident-store/incident.ts';
import { toneOf } from '../../incident-store/tone.ts';
import type { EntryWord } from '../entry-words.ts';

type Badge = { tone: string; icon: string; word: string; isQuiet: boolean };

const statusBadges: Record<IncidentStatus, Omit<Badge, 'tone'>> = {
  open: { icon: 'cross', word: 'Open', isQuiet: false },
  mitigated: { icon: 'pause', word: 'Mitigated', isQuiet: false },
  closed: { icon: 'check', word: 'Closed', isQuiet: true },
};

export function badgeOf(incident: Pick<Incident, 'status' | 'severity'>): Badge {
  const tone = toneOf(incident);
  const badge = { tone, ...statusBadges[incident.status] };
  return tone === 'warn' ? { ...badge, icon: 'tri' } : badge;
}

const byWord: Partial<Record<EntryWord, { tone: string; icon: string }>> = {
  opened: { tone: 'bad', icon: 'cross' },
  reopened: { tone: 'bad', icon: 'cross' },
  findingOpened: { tone: 'bad', icon: 'cross' },
  findingBack: { tone: 'bad', icon: 'cross' },
  job: { tone: 'bad', icon: 'cross' },
  findingCleared: { tone: 'ok', icon: 'check' },
  mitigated: { tone: 'hold', icon: 'pause' },
  closed: { tone: 'ok', icon: 'check' },
  itemDone: { tone: 'ok', icon: 'check' },
  postMortem: { tone: 'idle', icon: 'file' },
};

export function markOf(word: EntryWord | null, kind: string): { tone: string; icon: string } {
  const known = word && byWord[word];
  if (known) return known;
  if (word === null && kind !== 'note') return { tone: 'run', icon: 'file' };
  return { tone: 'idle', icon: kind === 'note' ? 'user' : 'lines' };
}
