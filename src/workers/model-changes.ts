// The times in which entries of another embedding model began to wait anew, as far as this process knows.
export type Span = { from: Date; until: Date };

export type ModelChanges = ReturnType<typeof createModelChanges>;

const keptMs = 3_600_000;

export function createModelChanges(now: () => Date) {
  let spans: Span[] = [];
  return {
    /** Keeps the time of `work`, which gives how many entries wait anew. */
    async note(work: () => Promise<number>) {
      const from = now();
      if ((await work()) === 0) return;
      const until = now();
      spans = [...spans.filter((span) => until.getTime() - span.until.getTime() < keptMs), { from, until }];
    },
    /** The changes of the last hour, and perhaps older ones. */
    spans: (): readonly Span[] => spans,
  };
}
