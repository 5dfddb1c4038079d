// Vectors as chl.db keeps them (float32, little-endian, which is what this machine's typed arrays hold) and as an
// index wants them: of length 1, so that the inner product is the cosine.

/** Null when the bytes are not `dimension` finite numbers, or all of them are 0. */
export function toUnitVector(bytes: Uint8Array, dimension: number): Float32Array | null {
  if (bytes.length !== dimension * Float32Array.BYTES_PER_ELEMENT) return null;
  const vector = new Float32Array(dimension);
  new Uint8Array(vector.buffer).set(bytes);
  return scaleToUnit(vector);
}

/** In place; a vector that has length 1 already keeps its bytes. Null as above. */
export function scaleToUnit(vector: Float32Array): Float32Array | null {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] as number) ** 2;
  if (!Number.isFinite(squares) || squares === 0) return null;
  if (Math.abs(squares - 1) < 1e-5) return vector;
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}
