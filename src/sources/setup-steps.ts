import type { SetupStep } from '../core/hub-row.ts';
import type { SourceContext } from './parts.ts';

export const entriesStep = ({ libraryState }: Pick<SourceContext, 'libraryState'>): SetupStep => ({
  position: 10,
  title: 'Library has entries',
  text: 'An import reads a sheet into the library. It shows its plan first.',
  href: '/sources',
  isDone: () => !libraryState.isEmpty(),
  dirtyOn: ['library'],
});

export const sheetStep = ({
  sources,
  sourceStates,
}: Pick<SourceContext, 'sources' | 'sourceStates'>): SetupStep => ({
  position: 30,
  title: 'Sheet checked',
  text: 'A check opens a sheet, reads it, and compares it with the last import.',
  href: '/sources',
  isDone: () => sources.all().some(({ name }) => isReadable(sourceStates.find(name)?.status)),
  dirtyOn: ['sources'],
});

const isReadable = (status: string | undefined) => status === 'ok' || status === 'warning';
