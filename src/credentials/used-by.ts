import type { Config } from '../core/config.ts';
import type { SheetSource, SourceFinder } from '../core/sheet-source.ts';

export function googleSheetsOf(sources: Pick<SourceFinder, 'all'>): SheetSource[] {
  return sources.all().filter(({ kind }) => kind === 'google');
}

/** Returns the sheets or the service that a credential opens, by its name. */
export function createUsedBy(config: Config, sources: Pick<SourceFinder, 'all'>) {
  return (name: string): string[] =>
    name === 'google'
      ? googleSheetsOf(sources).map((sheet) => sheet.name)
      : [config.embedding?.model ?? []].flat();
}
