// Requests through a proxy, since Node's own fetch ignores proxies before Node 24: https through a tunnel (CONNECT), http by
// its full address. The proxy's password leaves this file only as a header.
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { decode, withoutBrackets } from '../network.ts';
import { BadReply, readBody } from './body.ts';

const loginNeeded = 407;

export type Init = { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal };

/** Like `fetch` for one request, without redirects. Throws `BadReply`, `TypeError` with the cause, and the reason of the signal. */
export async function fetchThrough(proxy: URL, address: string, init: Init): Promise<Response> {
  const target = new URL(address);
  try {
    const response = await (target.protocol === 'https:' ? sendInTunnel : sendPlain)(proxy, target, init);
    const body = await readBody({ body: response });
    const { statusCode: status = 0, rawHeaders } = response;
    const headers = new Headers();
    for (let at = 0; at < rawHeaders.length; at += 2)
      headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
  } catch (cause) {
    if (cause instanceof BadReply) throw cause;
    throw init.signal.aborted ? init.signal.reason : new TypeError('fetch failed', { cause });
  }
}

async function sendPlain(proxy: URL, target: URL, { body, ...init }: Init): Promise<http.IncomingMessage> {
  const headers = { ...init.headers, ...authorization(proxy), host: target.host };
  const request = ask(proxy, { ...init, path: target.href, headers });
  const response = await answered(request, body).catch((error) => Promise.reject(unreachable(proxy, error)));
  // Other refusals may be the service's.
  if (response.statusCode === loginNeeded) throw refused(proxy, loginNeeded);
  return response;
}

async function sendInTunnel(proxy: URL, target: URL, { body, ...init }: Init): Promise<http.IncomingMessage> {
  const host = withoutBrackets(target.hostname);
  const socket = await openTunnel(proxy, `${target.hostname}:${target.port || 443}`, init.signal);
  const createConnection = () =>
    tls.connect({ socket, host, servername: /^[\d.]+$|:/.test(host) ? '' : host });
  try {
    return await answered(https.request(target, { ...init, createConnection }), body);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function openTunnel(proxy: URL, path: string, signal: AbortSignal): Promise<Socket> {
  const request = ask(proxy, {
    method: 'CONNECT',
    path,
    signal,
    headers: { ...authorization(proxy), host: path },
  });
  return new Promise((resolve, reject) => {
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) return resolve(socket as Socket);
      socket.destroy();
      reject(refused(proxy, statusCode));
    });
    request.once('error', (error) => reject(unreachable(proxy, error)));
    request.end();
  });
}

function ask(proxy: URL, options: https.RequestOptions): http.ClientRequest {
  const { request } = proxy.protocol === 'https:' ? https : http;
  return request({
    host: withoutBrackets(proxy.hostname),
    port: proxy.port || portOf(proxy),
    agent: false,
    ...options,
  });
}

function portOf({ protocol }: URL): number {
  return protocol === 'https:' ? 443 : 80;
}

function answered(request: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve).once('error', reject).end(body);
  });
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const user = `${decode(username)}:${decode(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
}

function refused(proxy: URL, status: number): Error {
  const login = status === loginNeeded ? ': it wants another user and password' : '';
  return proxyError(`the proxy ${proxy.host} answers ${status}${login}`);
}

function unreachable(proxy: URL, { message }: Error): Error {
  return proxyError(`the proxy ${proxy.host} cannot be reached (${message})`);
}

function proxyError(message: string): Error {
  return Object.assign(new Error(message), { code: 'PROXY' });
}
