// Limits the rows of requests that a client can repeat without end, such as refused ones: in the audit log, which is never
// pruned, they could fill the disk, and in the log they would push everything else out. The first ones of a minute have a row
// each, the others are counted in one row at its end.

const minuteMs = 60_000;

/** The rows of an event, an outcome and a code are limited together. */
type RowKind = { event: string; outcome: 'ok' | 'refused'; code: string };

/** How many rows of one kind were left out in a minute. */
type Suppressed = RowKind & { minute: string; suppressed: number };

type Counted = RowKind & { minute: number; rows: number; suppressed: number };

type Given = {
  /** Of each kind. */
  rowsPerMinute: number;
  now: () => Date;
  /** Records a count. It may throw, e.g. while the disk is full: the count is then kept, and written a minute later. */
  write: (counts: Suppressed) => void;
  onError: (error: unknown) => void;
};

export function createRowLimit({ rowsPerMinute, now, write, onError }: Given) {
  const counts = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;
  const minuteOf = () => Math.floor(now().getTime() / minuteMs);

  return {
    /** Calls `work`, which adds one row, and returns true, unless its kind has as many rows in this minute as it may. */
    admit(kind: RowKind, work: () => void): boolean {
      const minute = minuteOf();
      const key = `${kind.event} ${kind.outcome} ${kind.code}`;
      const known = counts.get(key);
      if (known && known.minute !== minute) settle(key, known);
      const counted = counts.get(key) ?? { ...kind, minute, rows: 0, suppressed: 0 };
      const isAdmitted = counted.rows < rowsPerMinute;
      if (isAdmitted) work();
      counted[isAdmitted ? 'rows' : 'suppressed'] += 1;
      counts.set(key, counted);
      timer ??= setTimeout(onMinute, minuteMs - (now().getTime() % minuteMs)).unref();
      return isAdmitted;
    },

    /** Records the counts of the current minute, too. */
    close() {
      if (timer) clearTimeout(timer);
      timer = null;
      for (const [key, counted] of counts) settleOrKeep(key, counted);
    },
  };

  function settle(key: string, { minute, rows: _, suppressed, ...kind }: Counted) {
    if (suppressed > 0) write({ ...kind, minute: new Date(minute * minuteMs).toISOString(), suppressed });
    counts.delete(key);
  }

  function onMinute() {
    const minute = minuteOf();
    for (const [key, counted] of counts) if (counted.minute < minute) settleOrKeep(key, counted);
    timer = counts.size > 0 ? setTimeout(onMinute, minuteMs).unref() : null;
  }

  function settleOrKeep(key: string, counted: Counted) {
    try {
      settle(key, counted);
    } catch (error) {
      onError(error);
    }
  }
}
