import { formatList, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { DocumentContext } from './parts.ts';

export const documentsRow = ({ documents }: Pick<DocumentContext, 'documents'>): HubRow => ({
  hub: 'status',
  position: 40,
  icon: 'file',
  name: 'Documents',
  href: '/documents',
  dirtyOn: ['documents'],
  load() {
    const { runbook, post_mortem: postMortems, note } = documents.counts();
    const counts = [
      ...(runbook > 0 ? [plural(runbook, 'runbook')] : []),
      ...(postMortems > 0 ? [plural(postMortems, 'post-mortem')] : []),
      ...(note > 0 ? [plural(note, 'note')] : []),
    ];
    return { sentence: counts.length === 0 ? 'None yet.' : `${formatList(counts)}.` };
  },
});
