import type { RunbookSeed } from './seed.ts';

export const biggerBox: RunbookSeed = {
  slug: 'bigger-box',
  title: 'Build the index on a bigger machine',
  tags: ['embedder', 'index', 'snapshot'],
  priority: 'normal',
  prerequisites:
    'Another machine with this program in the same version and the same embedding model. An admin to install the snapshot.',
  rollback: 'The replaced index is kept: roll back to it.',
  body: `
Embedding the whole library takes too long here: after a change of the model, or with a library that has
grown. A faster machine, for example one with a graphics card, builds the index, and this one installs it as
a snapshot. Search here goes on meanwhile.

- [ ] [Make a backup](op:backup?include_index=false)
  It has the library that the other machine needs. Without the index it is small.
- [ ] Copy the library to the other machine
  Download \`library.db\` of that backup from [Backups](/backups), and put it as \`chl.db\` into an empty
  data folder of the other machine. Start the server there with \`CHL_EXPERIENCE_ROOT\` set to that folder.
- [ ] Use the same model there
  The page *Settings, Embedder* of the other machine must show the same service, model and dimensions as
  [the one here](/settings/embedder). Vectors of two models cannot be compared.
- [ ] Build the index there
  *Rebuild index…* on the other machine. More workers help: \`CHL_WORKERS=8\`, as many as its service answers
  at once. Wait until the queue is empty.
- [ ] Download the snapshot there
  Card *Index* of the other machine, *Download snapshot*.
- [ ] Upload it here
  [Operations](/operations#h-index), card *Index*, *Upload a snapshot…*. It is checked before anything
  changes, and then stays ready for an hour.
- [ ] [Install the snapshot](op:snapshot)
  Asks for a reason and the word. If entries have changed since the backup, it says how many it lacks.
- [ ] [Repair the index](op:repair)
  Embeds here only what has changed since the backup.
- [ ] Test a search
  [Library](/library), search for a title that you know. It must be among the first five.
- [ ] Remove the copy
  Delete the data folder on the other machine: it has the whole library.
`,
};
