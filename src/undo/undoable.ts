// The jobs that the form of undo offers: those that can be undone, newest first.
import type { Catalogue } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import type { JobFacts } from '../core/job-part.ts';
import type { JobFinder, Option } from '../core/operation.ts';
import { shorten } from '../core/shorten.ts';
import { capitalize, nounOf, nouns, undoability } from './undoability.ts';

type Given = { config: Config; catalogue: Catalogue; repository: JobFinder };

/** Older jobs are not offered: their backups were removed long ago. */
const maxOffered = 100;

export function listUndoable({ config, catalogue, repository }: Given): Option[] {
  return Object.keys(nouns)
    .flatMap((operation) => repository.lastSuccesses(operation, maxOffered))
    .filter((job) => 'backup' in undoability(job, repository, config))
    .sort((one, other) => other.number - one.number)
    .map((job) => ({ value: String(job.number), label: describeJob(job, catalogue) }));
}

/** `Import #12, 2026-11-28: library.xlsx, replace` */
function describeJob(job: JobFacts, catalogue: Catalogue): string {
  const subject = catalogue.find(job.operation)?.subject(job.args) ?? '';
  return `${capitalize(nounOf(job))} #${job.number}, ${job.finished_at?.slice(0, 10)}: ${shorten(subject, 80)}`;
}
