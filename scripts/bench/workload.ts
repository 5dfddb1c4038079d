// What a bench is: a name, and figures that are ratios against something measured in the same run.

export type BenchOptions = {
  /** A folder with the three tabs; null: they are generated. */
  library: string | null;
};

/** One line of the table. `ratio` and `isMet` are null when the reference is missing. */
export type Figure = {
  workload: string;
  ours: string;
  reference: string;
  ratio: number | null;
  target: string;
  isMet: boolean | null;
  note?: string;
};

export type Workload = {
  name: string;
  title: string;
  run(options: BenchOptions): Promise<Figure[]>;
};

/** Of an odd number of measurements. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
