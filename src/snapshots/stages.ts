// The stages in which an uploaded ZIP is checked, in their order. Apart from the check itself, which the server never
// loads: it runs in a process of its own.
export const checkStages = ['structure', 'hashes', 'compatibility', 'coverage'] as const;
export type CheckStage = (typeof checkStages)[number];
