// Judges why a request to an embedding service failed: whether to retry it, and whether the service or a text is at fault.
import type { EmbeddingService } from '../core/config.ts';
import { maskerFor } from '../core/secrets.ts';
import { EmbeddingOutage } from './embedder.ts';
import { endpointOf, HttpRefusal, readKey } from './http-request.ts';

/** A redirect, or an answer that only other settings or another account change. */
export function isWrongSetting(error: unknown): boolean {
  if (!(error instanceof HttpRefusal)) return false;
  return error.status < 400 || [401, 402, 403, 404, 405].includes(error.status);
}

/** A retry may work. A time-out has taken long enough already. */
export function isTransient(error: unknown): boolean {
  const isServerError = error instanceof HttpRefusal && error.status >= 500;
  return isServerError || isUnavailable(error) || error instanceof TypeError;
}

/** The service is busy or not reachable, which says nothing about the texts. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof HttpRefusal) return [408, 425, 429, 503].includes(error.status);
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(causeOf(error).code ?? '');
}

export function toOutage(error: unknown, service: EmbeddingService): EmbeddingOutage {
  if (error instanceof EmbeddingOutage) return error;
  const reason = describeFailure(error, service);
  return new EmbeddingOutage(
    `The embedding service at ${endpointOf(service.url)} cannot be used: ${reason}. Start it, or correct its settings.`,
    error instanceof HttpRefusal ? error.retryAfterMs : undefined,
  );
}

/** Describes the reason, to follow a colon. Masks the key, which a service or a broken header may repeat. */
export function describeFailure(error: unknown, service: EmbeddingService): string {
  const { name, message } = error as Error;
  if (name === 'TimeoutError') return 'it does not answer in time';
  const { code, message: reason = message } = causeOf(error);
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  const key = readKey(service);
  return maskerFor(key === null ? [] : [key]).text(reason);
}

/** fetch reports the network failure in the cause of its error. */
function causeOf(error: unknown): { code?: string; message?: string } {
  return (error as { cause?: { code?: string; message?: string } }).cause ?? {};
}
