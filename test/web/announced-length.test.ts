// Uploads that announce more than their limit.
import net from 'node:net';
import t, { type Test } from 'tap';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';

t.test('an upload that announces too much is refused before its body arrives', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t);
  const uploads = routes.filter(({ config }) => config.isUpload);
  t.ok(uploads.length > 5, `${uploads.length} routes`);
  for (const { method, url } of uploads) {
    const path = url.replace(':name', url.includes('credentials') ? 'google' : 'local-import');
    t.match(await announce(t, app.origin, `${method} ${path}`), /^HTTP\/1\.1 413 /, `${method} ${path}`);
  }
});

/** Sends the head of a form, and returns the first line of the answer. */
function announce(t: Test, origin: string, target: string): Promise<string> {
  const { hostname, port, host } = new URL(origin);
  const socket = net.connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  const type = 'content-type: multipart/form-data; boundary=x';
  socket.write(`${target} HTTP/1.1\r\nhost: ${host}\r\n${type}\r\ncontent-length: 6000000000\r\n\r\n`);
  return new Promise((resolve, reject) => {
    socket.setTimeout(5000, () => reject(new Error(`${target} does not answer`)));
    socket.once('error', reject);
    socket.once('data', (bytes) => resolve(String(bytes).split('\r\n', 1)[0] ?? ''));
  });
}
