// What turns text into vectors, whoever does the work: the built-in embedder, or a service over HTTP.
import { AppError } from '../core/errors.ts';

export type Embedder = {
  /** The model's name as it stands in `embeddings.model_name`, in index files and in settings. */
  readonly name: string;
  readonly version: string;
  /** Numbers a vector. */
  readonly dimension: number;
  /** True: it compares letters and words, not meaning; pages say so. */
  readonly isLexical: boolean;
  /** One L2-normalised vector a text, in the same order. Throws `EmbeddingOutage` when no text can be embedded now;
   *  any other error is the fault of one of these texts. */
  embed(texts: string[]): Promise<Float32Array[]>;
};

/** What the settings name. How many numbers its vectors have may only be known once it has answered. */
export type Model = Pick<Embedder, 'name' | 'isLexical'> & {
  readonly dimension: number | null;
  /** For people: its name, and where it is asked. */
  readonly words: string;
  /** Throws `EmbeddingOutage`; asked again it tries again. */
  open(): Promise<Embedder>;
};

/** Nothing can be embedded for now, whatever the text: entries wait, and no attempt is counted. */
export class EmbeddingOutage extends AppError {
  /** When the service says so itself: not to be asked before. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super('temporary', message);
    this.name = 'EmbeddingOutage';
    this.retryAfterMs = retryAfterMs;
  }
}
