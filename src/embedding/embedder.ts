// What turns text into vectors, whoever does the work: the built-in embedder, or a service over HTTP.

export type Embedder = {
  /** The model's name as it stands in `embeddings.model_name`, in index files and in settings. */
  readonly name: string;
  readonly version: string;
  /** Numbers a vector. */
  readonly dimension: number;
  /** True: it compares letters and words, not meaning; pages say so. */
  readonly isLexical: boolean;
  /** One L2-normalised vector a text, in the same order. */
  embed(texts: string[]): Promise<Float32Array[]>;
};
