// A case: an input from the field, the right outcome, and the outcome of the product.

/** `actual`: what happened, in the product's own words. */
export type Verdict = { isRight: boolean; actual: string };
export type Case = { name: string; expected: string; run(): Promise<Verdict> };
/** The cases of one folder; `inputs` is that folder. */
export type Group = { name: string; find(inputs: string): Case[] };
