// The only list of the things that are counted a day. `sum`: the parts of a day are added up; `last`: the last measurement
// of a day counts.

type UsageItem = { name: string; title: string; unit: string; fold: 'sum' | 'last' };

export const usageItems = [
  { name: 'embedding_tokens', title: 'Tokens embedded', unit: 'tokens', fold: 'sum' },
  { name: 'job_cpu_sec', title: 'CPU time of jobs', unit: 's', fold: 'sum' },
  { name: 'server_cpu_sec', title: 'CPU time of the server', unit: 's', fold: 'sum' },
  { name: 'disk_bytes', title: 'Disk space', unit: 'bytes', fold: 'last' },
  { name: 'embedded_experiences', title: 'Experiences embedded', unit: 'entries', fold: 'sum' },
  { name: 'embedded_manuals', title: 'Manuals embedded', unit: 'entries', fold: 'sum' },
] as const satisfies readonly UsageItem[];

export type UsageName = (typeof usageItems)[number]['name'];

/** The items that a process counts by itself; others are measured. */
export const reportedItems = ['embedding_tokens', 'embedded_experiences', 'embedded_manuals'] as const;
export type ReportedItem = (typeof reportedItems)[number];

/** `is_estimate`: it was not counted, but estimated. */
export type ReportedUsage = { item: ReportedItem; quantity: number; is_estimate?: boolean | undefined };

export const isReported = (value: unknown): value is ReportedItem =>
  (reportedItems as readonly unknown[]).includes(value);

/** Counts usage of now, without waiting for anything. */
export type CountUsage = (item: ReportedItem, quantity: number, isEstimate?: boolean) => void;

const lastOfDay = new Set<string>(usageItems.filter(({ fold }) => fold === 'last').map(({ name }) => name));

export const isLastOfDay = (name: UsageName): boolean => lastOfDay.has(name);
