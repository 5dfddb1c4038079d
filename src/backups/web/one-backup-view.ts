// The view model of the page of one backup: its test, its files, and why it cannot be deleted.
import type { Backup, ProofStep } from '../../backup-store/backup.ts';
import type { Manifest } from '../../backup-store/manifest.ts';
import { formatBytes, formatDuration, formatNumber, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { dayTime, localTime } from '../../web/template-globals.ts';
import type { BackupsContext } from '../parts.ts';
import { readSet } from '../read-set.ts';
import { canBeProven } from '../testable.ts';
import { viewActive } from '../active-jobs.ts';
import { describeIndex, readStanding, viewBackup } from './backup-view.ts';

export async function viewOneBackup(ctx: BackupsContext, backup: Backup) {
  const { id, kind, is_kept: isKept, note } = backup;
  const address = `/ui/backups/${encodeURIComponent(id)}`;
  const set = await readSet(ctx, backup);
  return {
    ...viewBackup(ctx, backup, readStanding(ctx)),
    title: localTime(backup.at),
    note,
    isKept,
    index: describeIndex(set.manifest),
    hasManifest: kind !== 'before_import',
    problem: set.problem,
    files: set.manifest ? viewFiles(set.manifest, backup) : [],
    ...viewParts(backup, set.manifest),
    facts: viewFacts(ctx, backup, set.manifest),
    proof: viewProof(ctx, backup),
    active: viewActive(ctx),
    whyKept: ctx.whyKept(backup)?.message ?? null,
    download: url(`/api/v1/backups/${encodeURIComponent(id)}/download`),
    keepUrl: url(`${address}/keep`),
    releaseUrl: url(`${address}/release`),
    removeUrl: url(`${address}/remove`),
  };
}

/** Steps without times are no test: a look has found that files are missing or others. `instead`: the newest other one that is
 *  proven, for one that failed its test. */
function viewProof({ backups }: BackupsContext, backup: Backup) {
  const { id, proof, proof_at: at, proof_job: job, proof_text: text, proof_steps: all } = backup;
  const reached = all.filter(({ outcome }) => outcome !== 'not_reached');
  const other = proof === 'failed' ? backups.otherProven(id) : null;
  const isLook = reached.length > 0 && reached.every(({ ms }) => ms === null);
  return {
    title: isLook ? 'Look at the files' : 'Restore test',
    at,
    isProvable: canBeProven(backup),
    job: isLook ? null : job,
    // The steps of a test that passed say the same.
    text: proof === 'proven' && reached.length > 0 ? null : text,
    took: reached.length > 0 && !isLook ? tookOf(reached.reduce((sum, { ms }) => sum + (ms ?? 0), 0)) : null,
    steps: reached.map(viewStep),
    notReached: nameNotReached(backup),
    instead: other && { href: url(`/backups/${encodeURIComponent(other.id)}`), name: dayTime(other.at) },
  };
}

/** A test that has failed takes no further step; one without a result goes on where it can. */
function nameNotReached({ proof, proof_steps: steps }: Backup): string | null {
  const names = steps.flatMap(({ name, outcome }) => (outcome === 'not_reached' ? [name] : []));
  if (names.length === 0) return null;
  return `${plural(names.length, proof === 'failed' ? 'further step' : 'step')}: ${names.join(', ')}`;
}

function viewStep({ name, text, outcome, ms }: ProofStep) {
  const mark =
    outcome === 'ok'
      ? { tone: 'ok', icon: 'check', word: 'passed' }
      : { tone: 'bad', icon: 'cross', word: 'failed' };
  return { title: name, text, mark, took: ms === null ? null : tookOf(ms) };
}

const tookOf = (ms: number) => formatDuration(ms / 1000);

/** The files of the index in one line, and the manifest itself, whose hash the server keeps. */
function viewFiles({ files }: Manifest, { sha256, bytes }: Backup) {
  const listed = files.reduce((sum, file) => sum + file.bytes, 0);
  const manifest = sha256 ? [{ name: 'manifest.json', bytes: bytes - listed, sha256 }] : [];
  return [...files, ...manifest].map((file) => ({
    name: file.name,
    size: formatBytes(file.bytes),
    sha256: file.sha256,
    short: `${file.sha256.slice(0, 4)}…${file.sha256.slice(-4)}`,
  }));
}

/** The addresses by which the index and the settings of a set go back by themselves. */
function viewParts({ id }: Backup, manifest: Manifest | null) {
  const hasSettings = manifest?.files.some(({ name }) => name === 'settings.json') ?? false;
  return {
    indexUrl: manifest?.index ? url(`/ui/backups/${encodeURIComponent(id)}/index`) : null,
    settingsUrl: hasSettings ? url('/settings/import', { backup: id }) : null,
  };
}

function viewFacts(ctx: BackupsContext, backup: Backup, manifest: Manifest | null) {
  const facts: [string, string | null][] = [
    ['Library', manifest && describeLibrary(manifest)],
    ['Model', manifest && describeModel(manifest)],
    ['Version', manifest?.version ?? null],
    ['Audit head', manifest?.audit_head ? describeHead(manifest.audit_head) : null],
    ['Took', describeMaking(ctx, backup)],
    ['Note', backup.note],
    ['Kept', describeKept(ctx, backup)],
  ];
  return facts.filter(([, value]) => value !== null);
}

/** The time of its job. That of a copy before an import did more than copy. */
function describeMaking({ repository }: BackupsContext, { job, kind }: Backup): string | null {
  const made = job === null || kind === 'before_import' ? null : repository.find(String(job));
  if (!made?.started_at || !made.finished_at) return null;
  return tookOf(Date.parse(made.finished_at) - Date.parse(made.started_at));
}

function describeLibrary({ counts: { library }, revision }: Manifest): string {
  const entries = (library.experiences ?? 0) + (library.category_manuals ?? 0);
  return `${plural(entries, 'entry', 'entries')}, revision ${formatNumber(revision)}`;
}

function describeModel({ model, dimension, index }: Manifest): string {
  if (model === null || index === null) return 'no index in this backup';
  return `${model}, ${plural(index.vectors, 'vector')} of ${plural(dimension ?? 0, 'number')}`;
}

function describeHead({ id, hash }: NonNullable<Manifest['audit_head']>): string {
  return `#${formatNumber(id)} · ${hash.slice(0, 4)}…`;
}

function describeKept({ backups }: BackupsContext, { id, is_kept: isKept, kind }: Backup): string {
  if (isKept) return 'for good; retention leaves it';
  if (backups.newestProven()?.id === id) return 'newest proven; retention leaves it';
  if (backups.newest()?.id === id) return 'newest; retention leaves it';
  if (kind === 'before_import') return 'by the rule for copies before changes';
  return 'by the rules of retention';
}
