// The environment of a child process, and what a script reads from it.
import t from 'tap';
import { childEnvironment, readConfig, readScriptEnvironment } from '../../src/core/config.ts';

t.test('a child process loads the same configuration and gets no secret', async (t) => {
  const config = readConfig(
    { CHL_EXPERIENCE_ROOT: '/r', CHL_IMPORT_ROOTS: '/a:/b', CHL_OPERATIONS_MODE: 'noop' },
    '/',
  );
  const env = childEnvironment(config, { CHL_EXTRA: 'x' });
  t.same(
    Object.keys(env).filter(
      (name) =>
        !name.startsWith('CHL_') && !['PATH', 'HOME', 'LANG', 'TZ', 'PYTHONUNBUFFERED'].includes(name),
    ),
    [],
  );
  t.equal(env.CHL_EXTRA, 'x');
  t.notOk('CHL_ACCESS_TOKEN' in env);
  const { root, databasePath, opsDatabasePath, indexFolder, importRoots, mode } = readConfig(env, '/other');
  t.same(
    { root, databasePath, opsDatabasePath, indexFolder, importRoots, mode },
    {
      root: '/r',
      databasePath: '/r/chl.db',
      opsDatabasePath: '/r/ops.db',
      indexFolder: '/r/faiss_index',
      importRoots: ['/a', '/b'],
      mode: 'noop',
    },
  );
});

t.test('a script reads its attempt and its pid from the environment; a run by hand has none', async (t) => {
  Object.assign(process.env, {
    CHL_JOB: 'abc-1.2',
    CHL_MESSAGE_FD: '3',
    CHL_PID: '4711',
    TRACEPARENT: 'a-b',
  });
  const expected = { job: { id: 'abc-1', attempt: 2 }, messageFd: 3, pid: 4711, traceparent: 'a-b' };
  t.same(readScriptEnvironment(), expected);
  delete process.env.CHL_JOB;
  delete process.env.CHL_MESSAGE_FD;
  delete process.env.CHL_PID;
  delete process.env.TRACEPARENT;
  t.same(readScriptEnvironment(), {
    job: { id: '', attempt: 0 },
    messageFd: 0,
    pid: process.pid,
    traceparent: '',
  });
});
