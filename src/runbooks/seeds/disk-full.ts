import type { RunbookSeed } from './seed.ts';

export const diskFull: RunbookSeed = {
  slug: 'disk-full',
  title: 'Disk is full',
  tags: ['backup', 'disk', 'storage'],
  priority: 'high',
  prerequisites: 'An admin for limits and for deleting backups. A terminal of this machine.',
  rollback: 'Deleted backups do not come back. Limits can be set as before.',
  body: `
No new jobs start, or soon will not. Pages and searches still work, and a reserve keeps room for the jobs
that run. Do not delete files of the data folder by hand: the server would miss them.

- [ ] See what takes the space
  [Storage](/storage#h-disk) lists the folders, how fast they grow, and when the disk will be full. *Other
  programs* means that the space went elsewhere on this disk.
- [ ] Free space outside of this program
  In a terminal: \`df -h\`, then \`du -xh --max-depth=2 / | sort -h | tail\`. Empty the trash and old
  downloads, and remove old images of Docker with \`docker image prune\`.
- [ ] Keep fewer backups
  [Limits](/settings/limits): lower the number of backups and of copies before imports. The newest one, and
  the newest that was proven, always stay.
- [ ] Delete backups that nobody needs
  [Backups](/backups), *Delete…* on the page of an old one. Never the newest proven one: the server refuses it.
- [ ] Shorten the history of jobs
  [Limits](/settings/limits): keep jobs and their logs for fewer days. The next clean-up removes the rest.
- [ ] [Check that the database is whole](op:database?database=ops&do=check)
  A disk that was full may have cut off a write. If a problem is reported, follow [Restore](/runbooks/restore).
- [ ] [Make a backup](op:backup?include_index=false)
  Without the index it is small. It shows that jobs start again.
- [ ] Check the disk again
  [Checks](/checks), *Check now* at *Disk space* and *Disk forecast*.

If the forecast is still days away, move the data folder to a larger disk: stop the server, copy the folder,
and start it with \`CHL_EXPERIENCE_ROOT\` set to the new place.
`,
};
