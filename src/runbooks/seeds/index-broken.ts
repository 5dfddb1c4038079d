import type { RunbookSeed } from './seed.ts';

export const indexBroken: RunbookSeed = {
  slug: 'index-broken',
  title: 'Index is broken',
  tags: ['index', 'search'],
  priority: 'high',
  prerequisites: 'The embedder answers. Rolling back needs an admin.',
  rollback: 'Each rebuild keeps the index that it replaces: roll back to it.',
  body: `
Search fails, finds nothing, or finds the wrong entries. The library itself is not affected: the index is
built from it and can always be made again.

- [ ] Read what the check says
  [Checks](/checks), *Index*. *Cannot be used* means that its files are damaged or gone. *Misses* means that
  it is older than the library. *Gives … numbers* means that the model has changed behind its name.
- [ ] Make sure that the disk has room
  [Storage](/storage). A rebuild needs as much room as the present index. If the disk is full, follow
  [Disk is full](/runbooks/disk-full) first.
- [ ] [Repair the index](op:repair)
  Embeds only what is missing, builds an index beside the present one, checks it, and switches. This is
  enough in most cases.
- [ ] Test a search
  [Library](/library), search for a title that you know. It must be among the first five. If it is, skip
  the next two steps.
- [ ] [Embed everything again](op:index?full=true)
  Only if the model has changed or the repair did not help. The dialog says how long it takes and what it
  costs; search uses the old index until then.
- [ ] Or go back to the previous index
  Only if the new index is worse than the one before. [Roll back index](/ui/operations/rollback/confirm) asks
  for a reason and a word. Entries that changed since show as missing; repair later.
- [ ] Look at the disk
  If files were damaged, the disk may fail. [Check the library](op:database?database=library&do=check); any
  problem it reports is a reason to follow [Restore](/runbooks/restore) and to change the disk.
`,
};
