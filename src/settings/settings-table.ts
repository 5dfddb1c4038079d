// The table of all variables in docs/settings.md, written by `npm run settings`.
import { settings } from '../core/settings/declared.ts';
import { type GroupName, groups, type Setting } from '../core/settings/setting.ts';

const marks = { begin: '<!-- settings: written by npm run settings -->', end: '<!-- /settings -->' };

/** Replaces the table between its marks. Throws when they are missing. */
export function withSettingsTable(text: string): string {
  const [begin, end] = [text.indexOf(marks.begin), text.indexOf(marks.end)];
  if (begin < 0 || end < begin) throw new Error('The marks of the table of settings are missing.');
  const before = text.slice(0, begin + marks.begin.length);
  return `${before}\n${settingsTable()}\n${text.slice(end)}`;
}

function settingsTable(): string {
  const tables = (Object.keys(groups) as GroupName[]).flatMap((name) => {
    const rows = settings.filter(({ group, variable }) => group === name && variable !== null).map(rowOf);
    if (rows.length === 0) return [];
    return [
      `\n### ${groups[name].title}\n`,
      '| variable | default | meaning |',
      '| --- | --- | --- |',
      ...rows,
    ];
  });
  return tables.join('\n');
}

function rowOf({ variable, defaultText, title, text, unit, needsRestart, onlyEnvironment }: Setting): string {
  const measure = unit ? ` (${unit})` : '';
  const effect = onlyEnvironment !== null ? ' *Only here.*' : needsRestart ? ' *Needs a restart.*' : '';
  return `| \`${variable}\` | ${defaultText} | ${title}${measure}. ${text}${effect} |`;
}
