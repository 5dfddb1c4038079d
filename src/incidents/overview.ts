// The numbers of incidents for list, hub and others. They are counted again after a change, and each minute.
import type { Kernel } from '../core/kernel.ts';
import type { ChecklistRepository } from '../checklist/checklist-repository.ts';
import type { Figures, ListRepository, Tally } from './list-repository.ts';

const dayMs = 86_400_000;

/** `items`: the action items of all incidents. `newestEntry` grows with each change. */
export type Overview = Tally & {
  newestEntry: number;
  figures: { days: number; figures: Figures }[];
  items: { open: number; overdue: number };
};

const spans = [30, 90];

type Given = Pick<Kernel, 'bus' | 'now'> & {
  lists: ListRepository;
  checklistRepository: ChecklistRepository;
};

export function createOverview({ bus, now, lists, checklistRepository }: Given) {
  let kept: { minute: string; overview: Overview } | null = null;
  for (const event of ['incidents', 'findings'] as const)
    bus.on(event, () => {
      kept = null;
    });

  const figures = (days: number): Figures => {
    const at = now();
    return lists.figures(new Date(at.getTime() - days * dayMs).toISOString(), at.toISOString());
  };

  return {
    /** Of the incidents that were opened in the last days. */
    figures,

    read(): Overview {
      const at = now().toISOString();
      const minute = at.slice(0, 'YYYY-MM-DDTHH:MM'.length);
      if (kept?.minute === minute) return kept.overview;
      const overview = {
        ...lists.tally(at),
        newestEntry: lists.newestEntry(),
        figures: spans.map((days) => ({ days, figures: figures(days) })),
        items: checklistRepository.countOpen('incident', at.slice(0, 'YYYY-MM-DD'.length)),
      };
      kept = { minute, overview };
      return overview;
    },
  };
}
