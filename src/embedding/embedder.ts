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

/** No text can be embedded now: entries stay pending, and no attempt is counted. */
export class EmbeddingOutage extends AppError {
  /** From the service's Retry-After. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super('temporary', message);
    this.name = 'EmbeddingOutage';
    this.retryAfterMs = retryAfterMs;
  }
}
