// The type of a bench: a name, and figures that are ratios to a reference measured in the same run.

export type BenchOptions = {
  /** A folder with the three tabs; null generates them. */
  library: string | null;
  /** The size of the library that a bench of sizes makes. */
  entries?: number | undefined;
};

/** A line of the table. `ratio` and `isMet` are null without the reference. */
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
  /** Runs only when it is named. */
  isOnDemand?: true;
  run(options: BenchOptions): Promise<Figure[]>;
};

/** Expects an odd number of measurements. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
