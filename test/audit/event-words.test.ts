// Every event that the code writes has words.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { describeTarget } from '../../src/audit/describe-target.ts';
import { eventGroups, titleOf } from '../../src/audit/event-words.ts';
import { packageRoot } from '../../src/core/config.ts';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';

const words = new Set(eventGroups.flatMap(({ events }) => Object.keys(events)));
/** Look like events: the name of a file, and the type of a test of a webhook. */
const others = ['audit.head', 'webhook.test'];

/** The events in a source: texts such as 'job.cancel' in a line about events, unless it writes the log of the server. */
function eventsIn(source: string): string[] {
  return source.split('\n').flatMap((line) => {
    if (!/event|refused|record\(|audit/i.test(line) || /\blog\.\w+\(/.test(line)) return [];
    return [...line.matchAll(/'([a-z]+\.[a-z_]+)'/g)].map(([, event = '']) => event);
  });
}

t.test('every event has words', async (t) => {
  const routes = collectRoutes(t);
  await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const ofActions = routes.flatMap(({ config: { action } }) =>
    action ? [action.refused ?? '', action.name] : [],
  );
  const folder = path.join(packageRoot, 'src');
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const ofSource = files
    .filter((name) => name.endsWith('.ts') && !name.startsWith(path.join('audit', 'event-words')))
    .flatMap((name) => eventsIn(fs.readFileSync(path.join(folder, name), 'utf8')));
  t.ok(ofActions.length > 50 && ofSource.length > 40, `${ofActions.length} and ${ofSource.length}`);
  const found = new Set(
    [...ofActions, ...ofSource].filter((event) => event !== '' && !others.includes(event)),
  );
  t.strictSame([...found].filter((event) => !words.has(event)).sort(), []);
});

t.test('an event in a source is found, and one of another version has words of its own', async (t) => {
  t.strictSame(eventsIn(`audit.record({ event: 'job.lost_again', outcome })`), ['job.lost_again']);
  t.strictSame(eventsIn(`type Event = 'a.one' | 'a.two';`), ['a.one', 'a.two']);
  t.strictSame(eventsIn(`log.warn({ event: 'worker.ended' })`), []);
  t.equal(titleOf('job.lost_again', true), 'Job lost again');
  t.equal(titleOf('job.cancel', false), 'Cancel a job');
});

t.test('a document is named as people do', async (t) => {
  const names = {
    'post_mortem/incident-1': 'Post-mortem of incident #1',
    'post_mortem/disk-in-may': 'Post-mortem disk-in-may',
    'note/handover': 'Handover note',
    'note/incident-1': 'Note incident-1',
    'song/x': 'Document song/x',
    'constructor/x': 'Document constructor/x',
  };
  for (const [name, text] of Object.entries(names))
    t.match(describeTarget(`document:${name}`), { text, href: `/documents/${name}` });
});
