import type { RunbookSeed } from './seed.ts';

export const queueStandsStill: RunbookSeed = {
  slug: 'queue-stands-still',
  title: 'Queue stands still',
  tags: ['embedder', 'queue', 'workers'],
  priority: 'high',
  prerequisites: 'A terminal of this machine, as the user who runs the embedding service.',
  rollback: 'None is needed: nothing is deleted, and search answers meanwhile.',
  body: `
Entries wait in the embedding queue and none is embedded. Mostly the embedding service has stopped. Search
keeps using the current index, so there is time; new entries are not found until the last steps.

- [ ] Look at the embedder
  Open [Checks](/checks) and press *Check now* at *embedder*. If it passes, go on with the workers below. If
  not, note its words: *connection refused* means that the service is stopped, an answer with 401 or 403
  that it refuses the key, and a timeout that it is overloaded.
- [ ] Start the embedding service again
  Start it as it was started on this machine. Ollama as a service of the system:
  \`sudo systemctl restart ollama\`; of your user: \`systemctl --user restart ollama\`; in Docker:
  \`docker restart\` and its name. If it refuses the key, set a new one in
  [Credentials](/settings/credentials) instead. Skip this step for the built-in embedder.
- [ ] Check the embedder again
  [Embedder](/settings/embedder), *Check*. It embeds one word and shows the model and its dimensions. The
  model must be the one that the library has.
- [ ] Resume the workers
  [Operations](/operations), card *Workers*. Press *Resume* if they are paused; a pause outlasts a restart.
  If no worker is listed, run \`npm run worker\` in a terminal. Card *Embedding queue*: a kind of entries can
  be paused by itself; press *Resume* there, too. The queue must now get shorter.
- [ ] [Repair the index](op:repair)
  Embeds what still waits or has failed, and adds it to the index. Search goes on meanwhile. If the index
  matches the library already, skip this step and say so.
- [ ] Test a search
  [Library](/library), search for the title of an entry that was waiting. It must be among the first five.

If the service stops again within a day, look at its own log for memory: a model that does not fit into it
is ended by the system. A smaller model, or [a bigger machine](/runbooks/bigger-box), helps.
`,
};
