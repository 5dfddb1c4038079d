// Vectors as chl.db stores them (float32, little-endian), and of length 1 as an index needs them.

/** Returns null unless the bytes are `dimension` finite numbers that are not all 0. */
export function toUnitVector(bytes: Uint8Array, dimension: number): Float32Array | null {
  if (bytes.length !== dimension * Float32Array.BYTES_PER_ELEMENT) return null;
  const vector = new Float32Array(dimension);
  new Uint8Array(vector.buffer).set(bytes);
  return scaleToUnit(vector);
}

/** Scales in place; a vector of length 1 keeps its bytes. Returns null as above. */
export function scaleToUnit(vector: Float32Array): Float32Array | null {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] as number) ** 2;
  if (!Number.isFinite(squares) || squares === 0) return null;
  if (Math.abs(squares - 1) < 1e-5) return vector;
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}
