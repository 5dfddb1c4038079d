// Makes and compares secrets. They are random, so one round of SHA-256 hides them.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const prefix = 'chl_';
/** The server recognizes both by their prefixes where they do not belong, see src/core/redaction.ts. */
const sessionPrefix = 'chs_';
const randomLength = 32;
/** Few enough to reveal nothing that helps to guess the rest. */
const hintLength = prefix.length + 4;

/** `chl_` and 32 random bytes in base64url. */
export function newToken(): string {
  return prefix + random();
}

/** The secret of a session, in the same form. */
export function newSecret(): string {
  return sessionPrefix + random();
}

function random(): string {
  return randomBytes(randomLength).toString('base64url');
}

/** SHA-256 in hex. */
export function hashOf(secret: string): string {
  return hash('sha256', secret);
}

/** Compares two results of `hashOf` in constant time. */
export function isSameHash(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}

/** The first characters of a token, by which people recognize it. */
export function hintOf(token: string): string {
  return token.slice(0, hintLength);
}
