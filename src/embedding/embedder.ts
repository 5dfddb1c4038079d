// The interface of embedders, which turn texts into vectors: the built-in one, or a service over HTTP.
import { AppError } from '../core/errors.ts';

export type Embedder = {
  /** As in `embeddings.model_name`, in index files and in settings. */
  readonly name: string;
  readonly version: string;
  readonly dimension: number;
  /** It compares letters and words, not meaning; pages say so. */
  readonly isLexical: boolean;
  /** A vector of length 1 for each text. Throws `EmbeddingOutage`; any other error is the fault of one of the texts. */
  embed(texts: string[]): Promise<Float32Array[]>;
  /** Throws `EmbeddingOutage` unless it can embed now. */
  probe(): Promise<void>;
};

/** The model that the settings name. A service's dimension is null until it has answered. */
export type Model = Pick<Embedder, 'name' | 'isLexical'> & {
  readonly dimension: number | null;
  /** Its name and address, for people. */
  readonly label: string;
  /** Throws `EmbeddingOutage`; may be called again. */
  open(): Promise<Embedder>;
};

/** Two vectors can be compared when both come from the same model with the same dimension. */
export type ModelKey = Pick<Model, 'name' | 'dimension'>;

/** What an outage says about the texts that met it: nothing (`service`), nothing since the service asks for fewer requests
 *  (`busy`), or that they are at fault, since it answered another text right after (`text`). */
export type OutageCause = 'service' | 'busy' | 'text';

/** These texts cannot be embedded now: they stay pending, and no attempt is counted. */
export class EmbeddingOutage extends AppError {
  readonly reason: OutageCause;
  /** From the service's Retry-After; 0 without one. */
  readonly retryAfterMs: number;
  /** Why, in the words of the service; it follows a colon. */
  readonly words: string;
  /** Whether the service refuses the key, or the lack of one. */
  readonly isKeyRefused: boolean;

  constructor(
    message: string,
    { reason = 'service' as OutageCause, retryAfterMs = 0, words = message, isKeyRefused = false } = {},
  ) {
    super('temporary', message);
    this.words = words;
    this.isKeyRefused = isKeyRefused;
    this.name = 'EmbeddingOutage';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The service has another model behind the same name: it must be opened anew, and everything be embedded again. */
export class ModelChange extends EmbeddingOutage {}
