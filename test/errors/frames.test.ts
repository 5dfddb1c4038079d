import t from 'tap';
import { firstOwnFrame } from '../../src/errors/frames.ts';

const root = '/opt/chl';

t.test('the first own frame of a stack of Node, without the wrapping of the database driver', (t) => {
  const stack = `SqliteError: no such table: job
    at Database.prepare (/opt/chl/node_modules/better-sqlite3/lib/methods/wrappers.js:5:21)
    at Database.call [as prepare] (file:///opt/chl/dist/src/core/db/driver.js:61:35)
    at async createJobs (file:///opt/chl/dist/src/jobs/repository.js:12:3)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at file:///opt/chl/dist/src/app.js:3:9`;
  t.equal(firstOwnFrame(stack, root), 'createJobs (jobs/repository)');
  const onlyDriver = stack.split('\n').slice(0, 3).join('\n');
  t.equal(firstOwnFrame(onlyDriver, root), 'Database.call [as prepare] (core/db/driver)');
  t.equal(
    firstOwnFrame('    at file:///opt/chl/dist/scripts/import.js:3:9', root),
    'top level (scripts/import)',
  );
  t.equal(firstOwnFrame('    at run (/home/ada/ops/links.mjs:3:9)', root), 'run (links.mjs)');
  t.equal(firstOwnFrame('Error: connect\n    at TCPConnectWrap.afterConnect (node:net:1607:16)', root), null);
  t.equal(firstOwnFrame('Error: without a stack', root), null);
  t.end();
});

t.test('a frame of a source is the same as one of its compiled file', (t) => {
  const frame = (file: string) => firstOwnFrame(`    at embed (file:///opt/chl/${file}:8:5)`, root);
  t.equal(frame('src/embedding/http.ts'), 'embed (embedding/http)');
  t.equal(frame('dist/src/embedding/http.js'), frame('src/embedding/http.ts'));
  t.equal(frame('elsewhere/http.ts'), 'embed (http.ts)');
  t.end();
});

t.test('line numbers do not count', (t) => {
  const at = (line: number) =>
    firstOwnFrame(`    at embed (file:///opt/chl/dist/src/embedding/http.js:${line}:5)`, root);
  t.equal(at(88), at(90));
  t.end();
});

t.test('the innermost own frame of a traceback of Python', (t) => {
  const traceback = `Traceback (most recent call last):
  File "/home/ada/ops/dead_links.py", line 41, in <module>
    main()
  File "/home/ada/ops/dead_links.py", line 33, in check
    requests.get(url)
  File "/usr/lib/python3/dist-packages/requests/api.py", line 73, in get
    return request("get", url)
  File "<frozen importlib._bootstrap>", line 1, in x
requests.exceptions.ConnectTimeout: 10.0.0.3`;
  t.equal(firstOwnFrame(traceback, root), 'check (dead_links.py)');
  t.end();
});
