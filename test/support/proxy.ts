// A proxy and an https server on loopback for a test. The certificate is for the names embed.test and 127.0.0.1.
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { Test } from 'tap';

export const certificate = `-----BEGIN CERTIFICATE-----
MIIBqTCCAVCgAwIBAgIUY6Q0M/EqUgqEZH3nk3tdCnQTwNswCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKZW1iZWQudGVzdDAgFw0yNjExMjgxNjM0MDRaGA8yMTI2MTEw
NDE2MzQwNFowFTETMBEGA1UEAwwKZW1iZWQudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABOhI5/CKIqUdE2nps6KbUQQXwm0zOwywvyLsJoIJ8UHLiDk5jWcV
hNQjZ5Tu1/C6CoTxN3I0pwkLKzGS71zdANajfDB6MB0GA1UdDgQWBBTkZiQJaf/Q
z8f3wB5DvFendy8OVzAfBgNVHSMEGDAWgBTkZiQJaf/Qz8f3wB5DvFendy8OVzAP
BgNVHRMBAf8EBTADAQH/MCcGA1UdEQQgMB6CCmVtYmVkLnRlc3SCCnByb3h5LnRl
c3SHBH8AAAEwCgYIKoZIzj0EAwIDRwAwRAIgCZGc+mqhsNAPZlZdCZ8G4jtmyxF6
U9Vmgw+noQ9WcVwCIHuMmrFxm5n/miTsLVeBZ547zZ6hyhGKshwRy42smZsh
-----END CERTIFICATE-----`;

/** Of use to nobody outside the tests. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9iEtTNNipNGrRfvI
XW1m7F724ZcBc1lVfVBFaywL9ZOhRANCAAToSOfwiiKlHRNp6bOim1EEF8JtMzsM
sL8i7CaCCfFBy4g5OY1nFYTUI2eU7tfwugqE8TdyNKcJCysxku9c3QDW
-----END PRIVATE KEY-----`;

type Passed = { method: string; target: string; authorization: string | undefined };

/** Forwards every request to `port`, whatever its host, and records it. Refuses with `status` unless it is 200,
 *  and repeats the login, as careless proxies do. */
export async function startProxy(t: Test, port: number, { isSecure = false, status = 200 } = {}) {
  const passed: Passed[] = [];
  const record = ({ method = '', url = '', headers }: http.IncomingMessage) =>
    passed.push({ method, target: url, authorization: headers['proxy-authorization'] });
  const server = isSecure ? https.createServer({ cert: certificate, key }) : http.createServer();
  server.on('request', (request, response) => {
    record(request);
    if (status !== 200) return response.writeHead(status).end(`no ${decodeLogin(request)}`);
    const { pathname } = new URL(request.url ?? '');
    const { method, headers } = request;
    const forwarded = http.request({ host: '127.0.0.1', port, method, path: pathname, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    return request.pipe(forwarded);
  });
  server.on('connect', (request, socket) => {
    record(request);
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const tunnel = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    for (const one of [tunnel, socket]) one.on('error', () => {});
    return undefined;
  });
  return { passed, port: await listen(t, server) };
}

function decodeLogin({ headers }: http.IncomingMessage): string {
  const [, code = ''] = (headers['proxy-authorization'] ?? '').split(' ');
  return Buffer.from(code, 'base64').toString();
}

/** Passes each connection on to `port` without TLS; gives the port. */
export async function startTls(t: Test, port: number): Promise<number> {
  const server = https.createServer({ cert: certificate, key }, ({ method, url, headers }, response) => {
    const forwarded = http.request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    response.req.pipe(forwarded);
  });
  return listen(t, server);
}

async function listen(t: Test, server: http.Server | https.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}
