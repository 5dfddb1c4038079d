import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createLog, createServerLog, type KeptLine } from '../../src/core/log.ts';
import { makeFolder } from '../support/folder.ts';

t.test('a log that cannot be written does not end the process, and is written later', async (t) => {
  const file = path.join(makeFolder(t), 'log');
  const fd = fs.openSync('/dev/full', 'w');
  const log = createLog('info', { record: (line) => line }, fd);
  t.doesNotThrow(() => log.info('first'));
  t.doesNotThrow(() => log.info('x'.repeat(2_000_000)), 'a line that is too long to wait is dropped');
  fs.closeSync(fd);
  t.equal(fs.openSync(file, 'w'), fd, 'the same descriptor');
  log.info('last');
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
  t.same(
    lines.map((line) => JSON.parse(line).msg),
    ['first', 'last'],
  );
});

t.test('warnings, errors and events are kept, whatever the level of the output', (t) => {
  const written: string[] = [];
  const { log, keptLines, setLevel } = createServerLog(
    'silent',
    { record: (line) => line.replace('s3cret', 'x') },
    {
      write: (line) => void written.push(line),
    },
  );
  log.warn('before anybody listens: s3cret');
  const kept: KeptLine[] = [];
  keptLines.listen((line) => kept.push(line));
  log.warn('before the second listens');
  const second: KeptLine[] = [];
  keptLines.listen((line) => second.push(line));
  keptLines.allListen();
  const error = new Error('no');
  log.info('a request');
  log.child({ request_id: 'abc' }).info({ event: 'job.queued' }, 'queued');
  setLevel('error');
  log.error({ err: error }, 'failed');
  setLevel('debug');
  log.debug({ event: 'detail' }, 'too much');
  t.same(
    kept.map(({ level, text }) => [level, JSON.parse(text).msg]),
    [
      [40, 'before anybody listens: x'],
      [40, 'before the second listens'],
      [30, 'queued'],
      [50, 'failed'],
    ],
  );
  t.same(second, kept, 'each listener has all of them');
  t.match(JSON.parse(kept[2]?.text ?? ''), { request_id: 'abc' });
  t.equal(kept[3]?.error, error);
  const late: KeptLine[] = [];
  keptLines.listen((line) => late.push(line));
  t.same(late, [], 'lines of the start are not held for ever');
  t.same(
    written.map((line) => JSON.parse(line).msg),
    ['failed', 'too much'],
  );
  t.end();
});
