// The jobs that the form of undo offers: those that can be undone, newest first.
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import { upperFirst } from '../core/format.ts';
import type { JobFacts } from '../core/job-part.ts';
import type { JobFinder, Option } from '../core/operation.ts';
import { shorten } from '../core/shorten.ts';
import { listBackups } from '../sheets/backup.ts';
import { nounOf, nouns, undoability } from './undoability.ts';

type Given = { config: Config; catalogue: Catalogue; repository: JobFinder };

/** So many jobs of each operation are looked at. An older one can still be named by its number. */
const maxOffered = 100;

export function listUndoable({ config, catalogue, repository }: Given): Option[] {
  const kept = new Set(listBackups(config));
  return Object.keys(nouns)
    .flatMap((operation) => repository.lastSuccesses(operation, maxOffered))
    .filter(({ result }) => typeof result?.backup === 'string' && kept.has(result.backup))
    .filter((job) => 'backup' in undoability(job, repository, config))
    .sort((one, other) => other.number - one.number)
    .map((job) => ({ value: String(job.number), label: describeJob(job, catalogue) }));
}

/** Returns a label such as `Import #12, 2026-11-28: library.xlsx, replace`. */
function describeJob(job: JobFacts, catalogue: Catalogue): string {
  const subject = catalogue.find(job.operation)?.subject(job.args) ?? '';
  return `${upperFirst(nounOf(job))} #${job.number}, ${job.finished_at?.slice(0, 10)}: ${shorten(subject, 80)}`;
}
