// `chl flags` and `chl flag`, with a server and without one.
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { flags } from '../../src/flags/feature.ts';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

const reason = ['--reason', 'a test needs it'];

t.test('flags on the command line', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const chl = (...words: string[]) => runHere(app.root, words);
  const stateOf = (key: string) => app.use(flags).flags.find(key).state;
  t.match(await chl('flags'), { code: 0, out: /^traces +on for 5% +default$/m });

  const set = await chl('flag', 'set', 'traces', '20', ...reason);
  t.match(set, { code: 0, out: /^traces +on for 20% +by \S+ at \S+Z “a test needs it”\n$/ });
  t.match(stateOf('traces'), { is_on: true, percent: 20 });
  t.match(await chl('flag', 'set', 'traces', 'off', ...reason), { code: 0, out: /^traces +off / });
  t.match(stateOf('traces'), { is_on: false, percent: 20 });
  t.equal((await chl('flag', 'set', 'traces', 'on', '--note', 'slow pages', ...reason)).code, 0);
  t.match(app.use(flags).flags.find('traces').saved, { is_on: true, percent: 20, note: 'slow pages' });
  t.equal((await chl('flag', 'set', 'auto-repair', '0%', ...reason)).code, 0);
  t.match(stateOf('auto-repair'), { is_on: false, percent: 100 });

  t.match(await chl('flag', 'try', 'traces', '7f3a91c2'), {
    code: 0,
    out: /^Off for 7f3a91c2\. Its number is/,
  });
  t.match(await chl('flag', 'reset', 'traces', ...reason), { out: /^traces +on for 5% +default\n$/ });
  t.match(await chl('flag', 'list', '--json'), { code: 0, out: /"key":\s*"traces"/ });

  t.match(await chl('flag', 'set', 'traces', '20'), { err: /Write a reason of at least 5 characters/ });
  t.match(await chl('flag', 'set', 'traces', 'half', ...reason), {
    err: /Give a share in percent, on or off/,
  });
  t.match(await chl('flag', 'set', 'traces', '101', ...reason), { err: /percent/ });
  t.match(await chl('flag', 'set', 'none', '20', ...reason), { err: /There is no flag "none"/ });
  t.match(await chl('flag', 'set'), { err: /Name a flag/ });
  t.match(stateOf('traces'), { percent: 5 });
});

t.test('without a server', async (t) => {
  const root = makeFolder(t);
  const set = await runHere(root, ['flag', 'set', 'traces', '20', ...reason], {
    CHL_OPERATIONS_MODE: 'noop',
  });
  t.equal(set.code, 0, set.err);
  const app = await startApp(t, { root, env: { CHL_OPERATIONS_MODE: 'noop' } });
  t.match(app.use(flags).flags.find('traces').saved, { percent: 20, note: 'a test needs it' });
  t.not(app.use(flags).flags.find('traces').saved?.changed_by, systemRequester.actor);
});
