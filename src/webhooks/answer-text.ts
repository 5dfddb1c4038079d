// The beginning of a receiver's answer as it is stored and shown. Many servers repeat the address that they were asked for, which
// may have a token; readers who are not admins must not see it.

const maxBytes = 1024;
const masked = '[masked]';
/** A shorter value is no token, and would mask common words. */
const minSecret = 6;

/** `url`: the whole address of the webhook. */
export function answerText(text: string, url: string): string {
  const secrets = secretsOf(url).sort((one, other) => other.length - one.length);
  const clean = secrets.reduce((all, secret) => all.replaceAll(secret, masked), text);
  return cut(clean.replace(/\p{Cc}|\p{Bidi_C}/gu, replaceControl));
}

/** The parts of an address that only an admin sees, as they are sent and as they are read. */
function secretsOf(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { pathname, search, searchParams } = new URL(address);
  const [, , ...segments] = pathname.split('/');
  const values = [...searchParams.values(), ...search.slice(1).split(/[&=]/), ...segments];
  const whole = search.length > 1 ? [search, search.slice(1)] : [];
  const found = [...whole, ...values.filter(({ length }) => length >= minSecret)];
  return [...new Set([...found, ...found.map(decoded)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const replaceControl = (one: string) => (/[\n\t]/.test(one) ? one : one === '\r' ? '' : '\u{fffd}');

function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  return bytes
    .subarray(0, maxBytes)
    .toString()
    .replace(/\u{fffd}+$/u, '');
}
