import http from 'node:http';
import fastify from 'fastify';
import t from 'tap';
import { followLog } from '../../../src/jobs/web/log-stream.ts';
import { jobLogFile, openJobLog } from '../../../src/job-log/log.ts';
import { startApp } from '../../support/app.ts';

/** More than both sockets buffer. A client that reads takes some of it in far less than `stuckMs`. */
const logBytes = 32 * 1024 * 1024;
const stuckMs = 2000;

t.test('a reader of a log that takes nothing is closed; one that reads gets all of it', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { parts } = app;
  const job = await parts.jobs.submit(
    { operation: 'export', args: {} },
    { actor: 'a', role: 'admin', peer: null, requestId: null, reason: null },
  );
  const log = openJobLog(jobLogFile(parts.config.root, job.number), 2 * logBytes, () => new Date());
  log.write('stdout', Buffer.alloc(logBytes, 'line\n'));
  log.close();
  const server = fastify({ forceCloseConnections: true });
  server.addHook('onRequest', async (request) => {
    request.identity = { name: 'a', role: 'admin', by: 'open' };
  });
  server.get('/', (_request, reply) => followLog({ ...app, ...parts }, reply, job, 0, stuckMs));
  const gone = new Promise((resolve) => {
    server.server.once('request', (_request, response: http.ServerResponse) =>
      response.once('close', resolve),
    );
  });
  const origin = await server.listen({ port: 0 });
  t.teardown(() => server.close());

  const stuck = http.get(origin, { agent: false }).on('error', () => {});
  t.teardown(() => stuck.destroy());
  await gone;
  const answer = await fetch(origin);
  t.equal((await answer.text()).length, logBytes);
});
