// The things that belong to an incident: its findings, runs of runbooks, earlier incidents of the same cause, its post-mortem.
import type { Finding } from '../checks/finding.ts';
import type { Incident } from '../incident-store/incident.ts';
import type { IncidentContext } from './parts.ts';
import { postMortemKey } from './post-mortem.ts';

type Given = Pick<
  IncidentContext,
  'findings' | 'links' | 'incidentRepository' | 'documentRepository' | 'sources'
>;

const shownRuns = 20;
const shownBefore = 6;

export function linksOf(
  { findings, links, incidentRepository, documentRepository, sources }: Given,
  incident: Incident,
) {
  const { number, source_ref } = incident;
  const cause = source_ref === null ? null : sources.findingOf(source_ref);
  const linked = findings.all().filter((finding) => finding.incident === number);
  const same = source_ref === null ? [] : incidentRepository.of(source_ref, shownBefore);
  return {
    findings: unique(cause ? [cause, ...linked] : linked),
    runs: links.runsOf(number, shownRuns),
    before: same.filter((one) => one.number < number),
    postMortem: postMortemOf({ documentRepository }, number),
  };
}

/** Null without one, and for a removed one. */
export function postMortemOf({ documentRepository }: Pick<Given, 'documentRepository'>, number: number) {
  const document = documentRepository.find(postMortemKey(number));
  return document?.removed_at === null ? document : null;
}

/** A finding that belongs to a later incident by now is still the cause of this one. */
function unique(findings: Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}
