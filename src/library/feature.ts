// The library: categories, experiences and manuals in chl.db.
import type { Feature } from '../web/feature.ts';
import { createLibraryParts, type LibraryParts } from './parts.ts';

export const library: Feature<LibraryParts> = { name: 'library', create: createLibraryParts };
