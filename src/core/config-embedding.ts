// The settings of the embedding service.
import { AppError } from './errors.ts';
import { proxyFor } from './network.ts';

export type EmbeddingService = {
  url: string;
  model: string;
  /** Checked and read at its use, so that it is never printed with the settings. */
  keyFile: string | null;
  network: Record<string, string>;
};

type Values = { url: string; model: string; keyFile: string | null };
type Options = {
  /** The settings as messages name them. */
  names: Record<keyof Values, string>;
  /** Whether a key file without a service is refused. */
  mustUseKey: boolean;
  network: Record<string, string>;
};

/** Null: the built-in embedder. */
export function readEmbeddingService(values: Values, options: Options): EmbeddingService | null {
  const { names, mustUseKey, network } = options;
  const { url, model, keyFile } = values;
  if (!url) {
    const [orphan] = [model && names.model, keyFile && mustUseKey && names.keyFile].filter(Boolean);
    if (orphan) throw refusal(`${orphan} is set, but ${names.url} is not. Set both, or neither.`);
    return null;
  }
  const fault = findAddressFault(url, names.url);
  if (fault) throw refusal(fault);
  refuseProxy(url, network);
  if (!model)
    throw refusal(`${names.url} is set, but ${names.model} is not. Set it to the name of the model.`);
  return { url, model, keyFile, network };
}

/** Never repeats the address of the proxy, which may contain a password. */
function refuseProxy(url: string, network: Record<string, string>) {
  try {
    const proxy = proxyFor(url, network);
    if (!proxy || ['http:', 'https:'].includes(proxy.protocol)) return;
  } catch {
    // Not an address: refused below.
  }
  throw refusal(
    `The proxy for CHL_EMBEDDING_URL (HTTP_PROXY, HTTPS_PROXY or ALL_PROXY) cannot be used; allowed: an http or https address, e.g. http://proxy.lan:3128. Correct it, or add ${new URL(url).hostname} to NO_PROXY.`,
  );
}

/** Finds what is wrong with an address, or null; never repeats a part that may contain a key. */
export function findAddressFault(url: string, name = 'The address'): string | null {
  const place = name.startsWith('CHL_') ? 'CHL_EMBEDDING_KEY_FILE' : 'Settings, Credentials';
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.username || parsed?.password || /^[^/?#]*\/\/[^/?#]*@/.test(url))
    return `${name} contains a user or a password. Move a key to a file, and set that file under ${place}.`;
  const shown = JSON.stringify(url.replace(/[?#].*/s, '…'));
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol))
    return `${name} is ${shown}; allowed: an http or https address with a valid host and port, e.g. http://127.0.0.1:11434.`;
  if (!/[?#]/.test(url)) return null;
  return `${name} is ${shown}; allowed: an address without ? and what follows it (a query), and without #. Remove that part; a key belongs in a file, which is set under ${place}.`;
}

function refusal(message: string) {
  return new AppError('config', message);
}
