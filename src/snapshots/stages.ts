// The stages of the check of an uploaded ZIP, in order. In a file of its own because the server never loads the check, which
// runs in a separate process.
export const checkStages = ['structure', 'hashes', 'compatibility', 'coverage'] as const;
export type CheckStage = (typeof checkStages)[number];
