// The stages of the check of an uploaded ZIP, in order. The server loads them, and never the check.
export const checkStages = ['structure', 'hashes', 'compatibility', 'coverage'] as const;
export type CheckStage = (typeof checkStages)[number];
