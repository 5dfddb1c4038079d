// The events of a body come from its connection. Whatever follows them is a part of the trace all the same.
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';

const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
const edge = 'edge';

const bodies = {
  json: { type: 'application/json', to: '/api/v1/operations/repair', body: '{"reason":"a test needs it"}' },
  form: {
    type: 'application/x-www-form-urlencoded',
    to: '/ui/operations/run/repair',
    body: 'reason=a+test+needs+it',
  },
  multipart: {
    type: `multipart/form-data; boundary=${edge}`,
    to: '/api/v1/index/snapshot',
    body: [
      `--${edge}\r\ncontent-disposition: form-data; name="reason"\r\n\r\na test needs it\r\n`,
      `--${edge}\r\ncontent-disposition: form-data; name="confirm"\r\n\r\nsnapshot\r\n`,
      `--${edge}\r\ncontent-disposition: form-data; name="file"; filename="set.zip"\r\n`,
      `content-type: application/zip\r\n\r\nno ZIP\r\n--${edge}--\r\n`,
    ].join(''),
  },
};

for (const [name, { type, to, body }] of Object.entries(bodies)) {
  t.test(`what a request does after its ${name} body is a part of its trace`, async (t) => {
    const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop', CHL_SLOW_REQUEST_MS: '60000' } });
    const status = await postInPieces(app, to, type, body);
    const { body: listed } = await app.json('/api/v1/traces?method=POST');
    const { body: whole } = await app.json(`/api/v1/requests/${listed.items[0].id}`);
    t.equal(whole.status, status);
    const spans: { kind: string; name: string; start_us: number; us: number }[] = whole.spans;
    const read = spans.find((span) => span.name === 'Read the body of the request');
    const later = spans.filter(({ kind, start_us }) => kind === 'db' && start_us >= (read?.start_us ?? 0));
    t.ok(
      later.some((span) => /INSERT INTO audit/i.test(span.name)),
      `${status}: ${spans.map(({ name }) => name)}`,
    );
  });
}

/** The head goes first, then the body in two pieces, the second when the server has the first. */
async function postInPieces(app: TestApp, to: string, type: string, body: string) {
  const head = { ...headers, 'content-type': type, 'content-length': body.length, expect: '100-continue' };
  const request = http.request(app.origin + to, { method: 'POST', headers: head });
  request.flushHeaders();
  await once(request, 'continue');
  await new Promise((sent) => request.write(body.slice(0, 8), sent));
  request.end(body.slice(8));
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}
