// A case: an input from the field, what is right for it, and what the product did.

/** `actual`: what happened, in the product's own words. */
export type Verdict = { isRight: boolean; actual: string };
export type Case = { name: string; expected: string; run(): Promise<Verdict> };
/** The cases of one folder; `inputs` is that folder. */
export type Group = { name: string; find(inputs: string): Case[] };
