// Sends one request to a receiver, at the address that was resolved and judged before: the name is not resolved again. Proxies of
// the environment are not used, since a proxy would resolve the name by itself.
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { readRetryAfter } from '../core/outbound/send.ts';
import { withoutBrackets } from '../core/network.ts';
import type { Target } from '../webhook-store/target.ts';

export type Message = { headers: Record<string, string>; body: string };
/** `response`: the beginning of the answer. */
export type Answer = { status: number; response: string; retryAfterMs: number };

export type Post = typeof post;

/** More than is kept, so that a token is masked before the text is cut. */
const maxResponseBytes = 2048;
/** An answer is known by its status; its beginning is for people, and holds up nothing else. */
const responseMaxMs = 1000;

/** Follows no redirect, and reads the beginning of the answer. Throws the error of the system, or the reason of the signal. */
export function post(
  { url, address, family }: Target,
  message: Message,
  signal: AbortSignal,
): Promise<Answer> {
  const host = withoutBrackets(url.hostname);
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const fail = (error: unknown) => {
      if (!isAnswered) reject(signal.aborted ? signal.reason : error);
    };
    const request = (url.protocol === 'https:' ? https : http).request({
      method: 'POST',
      host: address,
      family,
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      path: url.pathname + url.search,
      headers: { ...message.headers, host: url.host, 'content-length': Buffer.byteLength(message.body) },
      servername: isIP(host) ? '' : host,
      agent: false,
      signal,
    });
    request.on('response', (answer) => {
      isAnswered = true;
      void readStart(answer).then((response) => {
        request.destroy();
        const headers = new Headers({ 'retry-after': answer.headers['retry-after'] ?? '' });
        resolve({ status: answer.statusCode ?? 0, response, retryAfterMs: readRetryAfter(headers) });
      });
    });
    request.on('error', fail);
    request.on('close', () => fail(new Error('The connection was closed without an answer.')));
    request.end(message.body);
  });
}

/** A body that breaks off, or does not end, is no error. */
function readStart(answer: http.IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const end = () => {
      clearTimeout(late);
      const start = Buffer.concat(parts).subarray(0, maxResponseBytes);
      const coding = answer.headers['content-encoding'] ?? 'identity';
      const isText = coding === 'identity' || start.length === 0;
      resolve(isText ? start.toString().toWellFormed() : describeCompressed(answer, length));
    };
    const late = setTimeout(end, responseMaxMs);
    answer.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= maxResponseBytes) end();
    });
    answer.on('end', end).on('error', end).on('close', end);
  });
}

/** It is read in part, so only its head says how long it is. */
function describeCompressed({ headers }: http.IncomingMessage, read: number): string {
  const whole = headers['content-length'];
  return whole === undefined ? `compressed, ${read} bytes or more` : `compressed, ${Number(whole)} bytes`;
}
