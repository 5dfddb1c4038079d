/** Receives how many of `total` items are done. */
export type OnProgress = (done: number, total: number) => void;
