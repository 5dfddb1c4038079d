// A maintenance window: a holder in the lock line, with a level, a reason and an end.

export const levels = ['announce', 'frozen', 'drained', 'read_only'] as const;
export type Level = (typeof levels)[number];

/** Planned until `begun_at`, starting until `entered_at`, active until `ended_at`. */
export type Window = {
  id: number;
  level: Level;
  reason: string;
  starts_at: string;
  ends_at: string;
  begun_at: string | null;
  entered_at: string | null;
  ended_at: string | null;
  ended_by: string | null;
  created_by: string;
  created_at: string;
};
