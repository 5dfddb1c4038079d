// A runbook that the first start adds.
export type RunbookSeed = {
  slug: string;
  title: string;
  tags: string[];
  priority: 'high' | 'normal' | 'low';
  prerequisites: string;
  rollback: string;
  body: string;
};
