import type { RunbookSeed } from './seed.ts';

export const restore: RunbookSeed = {
  slug: 'restore',
  title: 'Restore the library',
  tags: ['backup', 'library', 'restore'],
  priority: 'high',
  prerequisites: 'An admin. A proven backup. For a damaged file: a terminal of this machine.',
  rollback: 'A restore copies the library first and can be undone like an import.',
  body: `
The library must become what it was at the time of a backup: entries are lost or wrong, or its file is
damaged. If one import is the cause, [undo that import](/runbooks/import-went-wrong) instead: it takes back
less.

- [ ] Find out whether the file is damaged
  [Checks](/checks), *Databases*. If it says *damaged*, no restore can run here: the sentence names the
  command, \`restore-library\` or \`restore-ops\`, and the backup. Stop the server, run that command, start
  the server, and go on with *Repair the index*; skip the steps between.
- [ ] Choose a backup
  [Backups](/backups). Take the newest one from before the trouble that is *proven*. A copy before an import
  will do, too.
- [ ] [Test that backup](op:drill)
  Choose it in the dialog, unless its test is from today. The test restores it beside the library and changes
  nothing.
- [ ] Hold back other changes
  Plan a window in [Maintenance](/settings/maintenance) if people import or edit meanwhile: *announce* tells
  them. A window that holds the library back would hold back the restore, too.
- [ ] [Restore the library](op:restore)
  Choose the backup. It first makes a plan that lists every row that would change. Read it, then apply it with
  a reason and the word. The step ticks itself when the plan was applied.
- [ ] [Repair the index](op:repair)
  The index is not restored with the library: until this is done, searches miss restored entries.
- [ ] Test a search
  [Library](/library), search for an entry that was lost. Compare the number of entries with the page of the
  backup.
- [ ] [Make a backup](op:backup)
  The next trouble should start from here.
`,
};
