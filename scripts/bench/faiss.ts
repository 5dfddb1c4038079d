// FAISS as the reference for exact search: a Python process with the same index file answers one query at a time on one
// thread.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import readline from 'node:readline';

type Faiss = {
  version: string;
  /** Returns the rows of the ten best, and the time. */
  search(vector: Float32Array): Promise<{ rows: number[]; ms: number }>;
  close(): void;
};

const program = `
import sys, time, json, faiss, numpy
faiss.omp_set_num_threads(1)
index = faiss.read_index(sys.argv[1])
print(faiss.__version__, flush=True)
for line in sys.stdin:
    query = numpy.frombuffer(bytes.fromhex(line), dtype='float32').reshape(1, -1)
    started = time.perf_counter()
    _, rows = index.search(query, 10)
    print(json.dumps({'rows': rows[0].tolist(), 'ms': (time.perf_counter() - started) * 1000}), flush=True)
`;

/** Returns null without a Python that has FAISS (Debian: python3-faiss). */
export async function openFaiss(indexFile: string): Promise<Faiss | null> {
  const python = ['python3', '/usr/bin/python3'].find(
    (name) => spawnSync(name, ['-c', 'import faiss']).status === 0,
  );
  if (python === undefined) return null;
  const child: ChildProcessWithoutNullStreams = spawn(python, ['-c', program, indexFile]);
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => String((await lines.next()).value);
  const version = await nextLine();
  return {
    version,
    async search(vector) {
      child.stdin.write(
        `${Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex')}\n`,
      );
      return JSON.parse(await nextLine());
    },
    close: () => void child.kill(),
  };
}
