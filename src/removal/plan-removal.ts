// Plans a removal: the entries of a category, and the category itself; or the entries that came from a source. Entries that
// are local only stay, and so does their category. Writes nothing.
import { plural } from '../core/format.ts';
import type { Counts, Library } from '../library/repository.ts';
import { entryKinds, isLocalOnly, type Kind, type Value } from '../library/rules.ts';
import type { PlanWriter } from '../plan-store/plan-repository.ts';
import { leftAloneRow, removedRow } from '../sheets/plan-rows.ts';
import { collectPreview, type Preview } from '../sheets/preview.ts';
import { type ImportPlan, noChanges, rowsAfter } from '../sheets/plan.ts';
import { tabOf } from '../sheets/tabs.ts';
import type { RemovalRepository } from './removal-repository.ts';

/** Exactly one of the two is given. */
type Chosen = { source?: string | undefined; category?: string | undefined };

/** `revision`: the library's, when it was read. `before` and `after`: its rows. `tabs`: the keys of removed rows. */
export type RemovalPlan = {
  revision: number;
  before: Counts;
  after: Counts;
  tabs: ImportPlan['tabs'];
  leftAlone: { kind: Kind; key: string; why: string }[];
  preview: Preview;
};

type Request = {
  library: Library;
  removal: RemovalRepository;
  chosen: Chosen;
  /** Receives every row of the plan, and is finished; null: only the preview is kept. */
  store: PlanWriter | null;
  /** Receives the number of entries found so far. */
  onFound: (entries: number) => void;
};

/** Plans for one state of the library. */
export function planRemoval({ library, removal, chosen, store, onFound }: Request): RemovalPlan {
  return library.read(() => {
    const [revision, before] = [library.revision(), library.counts()];
    const { preview, addRow } = collectPreview(store);
    const tabs = noChanges();
    const leftAlone: RemovalPlan['leftAlone'] = [];
    let found = 0;
    onFound(found);
    for (const kind of entryKinds) {
      for (const stored of entriesOf(removal, kind, chosen)) {
        judge(kind, stored, isLocalOnly(kind, stored) ? 'It is marked local only, so it stays.' : null);
        onFound(++found);
      }
    }
    const category = chosen.category === undefined ? null : removal.category(chosen.category);
    const staying = leftAlone.length;
    const why = staying === 0 ? null : `It has ${plural(staying, 'entry that stays', 'entries that stay')}.`;
    if (category) judge('category', category, why);
    store?.finish({ revision, before, categories: library.entriesByCategory() });
    return { revision, before, after: rowsAfter(before, tabs), tabs, leftAlone, preview };

    function judge(kind: Kind, stored: Value[], why: string | null) {
      const [tab, key] = [tabOf(kind), String(stored[0])];
      if (why === null) {
        tabs[kind].removed.push(key);
        addRow('removed', () => removedRow(tab, stored));
      } else {
        leftAlone.push({ kind, key, why });
        addRow('left_alone', () => leftAloneRow(tab, stored, [], why));
      }
    }
  });
}

function entriesOf(removal: RemovalRepository, kind: 'experience' | 'manual', { source, category }: Chosen) {
  return source === undefined ? removal[kind].ofCategory(category ?? '') : removal[kind].ofSource(source);
}
