// The settings of the embedding service.
import { AppError } from './errors.ts';
import { proxyFor } from './network.ts';
import { findSecretFileProblem } from './secret-file.ts';

export type EmbeddingService = {
  url: string;
  model: string;
  keyFile: string | null;
  network: Record<string, string>;
};

/** Null: the built-in embedder. The key is read at its use, so that it is never printed with the settings. */
export function readEmbeddingService(
  read: (name: string) => string,
  absolute: (name: string, value: string) => string,
  network: Record<string, string>,
): EmbeddingService | null {
  const [url, model] = [read('CHL_EMBEDDING_URL').trim(), read('CHL_EMBEDDING_MODEL').trim()];
  const key = read('CHL_EMBEDDING_KEY_FILE');
  const keyFile = key ? absolute('CHL_EMBEDDING_KEY_FILE', key) : null;
  if (!url) {
    const [orphan] = [model && 'CHL_EMBEDDING_MODEL', keyFile && 'CHL_EMBEDDING_KEY_FILE'].filter(Boolean);
    if (orphan) throw refusal(`${orphan} is set, but CHL_EMBEDDING_URL is not. Set both, or neither.`);
    return null;
  }
  refuseAddress(url);
  refuseProxy(url, network);
  if (!model)
    throw refusal(
      'CHL_EMBEDDING_URL is set, but CHL_EMBEDDING_MODEL is not. Set it to the name of the model.',
    );
  if (keyFile) refuseOpenKey(keyFile);
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

/** Never repeats a part that may contain a key. */
function refuseAddress(url: string) {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed?.username || parsed?.password || /^[^/?#]*\/\/[^/?#]*@/.test(url)) {
    throw refusal(
      'CHL_EMBEDDING_URL contains a user or a password. Move a key to a file, and set CHL_EMBEDDING_KEY_FILE to that file.',
    );
  }
  const shown = JSON.stringify(url.replace(/[?#].*/s, '…'));
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw refusal(
      `CHL_EMBEDDING_URL is ${shown}; allowed: an http or https address with a valid host and port, e.g. http://127.0.0.1:11434.`,
    );
  }
  if (/[?#]/.test(url)) {
    throw refusal(
      `CHL_EMBEDDING_URL is ${shown}; allowed: an address without ? and what follows it (a query), and without #. Remove that part; a key belongs in the file of CHL_EMBEDDING_KEY_FILE.`,
    );
  }
}

function refuseOpenKey(file: string) {
  const problem = findSecretFileProblem(file);
  if (problem !== null) throw refusal(`CHL_EMBEDDING_KEY_FILE is ${JSON.stringify(file)}${problem}`);
}

function refusal(message: string) {
  return new AppError('config', message);
}
