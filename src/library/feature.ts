// The library: categories, experiences and manuals in chl.db.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createEntryReader } from './entry.ts';

const create = ({ library }: Context) => ({ entries: createEntryReader(library) });

export const library: Feature<ReturnType<typeof create>> = { name: 'library', create };
