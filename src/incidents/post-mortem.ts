// Starts the post-mortem of an incident: a document with the timeline filled in.
import { type Audit, auditRefusal, type Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { type DocumentKey, documentTarget, plainFields } from '../documents/document.ts';
import { limits as documentLimits } from '../documents/document-values.ts';
import type { Documents } from '../documents/documents.ts';
import { type Incident, incidentTarget } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';
import { incidentActions } from './actions.ts';
import { cut, shownPlainly } from './details.ts';
import { writeEntry } from './entry-words.ts';
import type { Incidents } from './incidents.ts';
import type { Items } from './items.ts';
import type { ListRepository } from './list-repository.ts';
import { postMortemEntries, writePostMortem } from './post-mortem-text.ts';
import type { Recorder } from './recorder.ts';

export const postMortemKey = (number: number): DocumentKey => ({
  kind: 'post_mortem',
  slug: `incident-${number}`,
});

type Given = {
  audit: Pick<Audit, 'refuse'>;
  documents: Pick<Documents, 'save'>;
  incidents: Pick<Incidents, 'change'>;
  items: Pick<Items, 'of'>;
  repository: IncidentRepository;
  lists: Pick<ListRepository, 'entriesOf'>;
  recorder: Recorder;
  onError: (error: unknown) => void;
};

const action = incidentActions.entry;

export function createPostMortems(given: Given) {
  const { audit, incidents, lists, repository, recorder, onError } = given;

  return {
    start,

    /** Starts it after a closing, which stays done. `problem`: why that was not possible. */
    async tryStart(number: number, by: Requester): Promise<{ isNew: boolean; problem: string | null }> {
      try {
        return { isNew: await start(number, by), problem: null };
      } catch (error) {
        onError(error);
        const why = error instanceof AppError ? error.message : 'The log of the server has the reason.';
        return { isNew: false, problem: `The post-mortem was not started. ${why}` };
      }
    },

    /** Starts that of an incident that was closed without one. Throws `not_found` and `wrong_state`. */
    startLate: (number: number, by: Requester): Promise<void> =>
      auditRefusal(audit, { event: action.name, by, target: incidentTarget(number) }, async () => {
        const { status } = repository.get(number);
        const isNew = status === 'closed' && (await start(number, by));
        if (isNew) return;
        const why = status === 'closed' ? 'has a post-mortem already' : `is ${status}. Close it first`;
        throw new AppError('wrong_state', `Incident #${number} ${why}.`, { number, status });
      }),
  };

  /** Returns whether it is new: one that exists stays as it is. Throws `not_found`. */
  async function start(number: number, by: Requester): Promise<boolean> {
    const incident = repository.get(number);
    const ref = documentTarget(postMortemKey(number));
    const isSaved = await save(given, incident, by);
    if (!isSaved && lists.entriesOf(number, ref).length > 0) return false;
    // The server may have ended between the two: the timeline then says it now.
    return incidents.change(action, number, by, () => {
      const text = writeEntry('postMortem');
      recorder.addEntry(number, by, 'link', text, ref);
      recorder.record(action, incident, by, { kind: 'link', text });
      return true;
    });
  }
}

/** Returns whether there was none. */
async function save({ documents, items, repository }: Given, incident: Incident, by: Requester) {
  const { number, owner, tags } = incident;
  const timeline = {
    entries: repository.entries(number, { limit: postMortemEntries }),
    total: repository.countEntries(number),
  };
  const fields = {
    ...plainFields,
    title: cut(`Post-mortem of incident #${number}: ${shownPlainly(incident.title)}`, documentLimits.title),
    body: writePostMortem(incident, timeline, items.of(number)),
    owner: owner && cut(shownPlainly(owner), documentLimits.owner),
    tags: tags.map((tag) => cut(shownPlainly(tag.replaceAll(',', ' ')), documentLimits.tag)),
  };
  try {
    await documents.save(postMortemKey(number), fields, { version: 0, by });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'edit_conflict') return false;
    throw error;
  }
}
