import type { RunbookSeed } from './seed.ts';

export const importWentWrong: RunbookSeed = {
  slug: 'import-went-wrong',
  title: 'An import went wrong',
  tags: ['import', 'library', 'sheets'],
  priority: 'high',
  prerequisites: 'The number of the import. An admin for the undo.',
  rollback: 'The undo itself can be undone: it makes a backup first.',
  body: `
An import has removed entries, overwritten them, or brought wrong ones. Every import makes a copy of the
library first, so it can be taken back as a whole. Decide quickly: what people change after the import
makes the undo leave these rows alone.

- [ ] Find the import
  [Jobs](/jobs?operation=import), the newest first. Its page lists what it added, changed and removed.
  Note its number.
- [ ] Tell the others to wait
  Ask everybody not to edit the sheet and not to import. A window *announce* in
  [Maintenance](/settings/maintenance) tells them on every page. A stronger one would hold back the undo, too.
- [ ] [Undo the import](op:undo)
  Choose the import. It first makes a plan that lists every row that would come back, change back or go.
  Read it, then apply it. The step ticks itself when the plan was applied.
- [ ] Read what was left alone
  The page of the undo lists rows that were changed since. *Plan again with these rows* takes them back, too;
  what was written to them since is then lost.
- [ ] [Repair the index](op:repair)
  The index is not put back with the library: without this, searches miss the rows that came back.
- [ ] Test a search
  [Library](/library), search for an entry that the import had removed.
- [ ] Correct the sheet
  Fix the rows in the sheet, and make a plan of the next import before it is applied:
  [Import](/ui/operations/import/confirm). The same sheet would do the same again.

If the page of the import says that it cannot be undone, its copy is gone: follow
[Restore](/runbooks/restore).
`,
};
