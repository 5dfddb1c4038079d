// The text of .env.example: each variable with its meaning and its default, commented out.
import path from 'node:path';
import { settings } from '../core/settings/declared.ts';
import type { Setting } from '../core/settings/setting.ts';

const head =
  '# Copy to .env, and remove the # of the settings you change. Environment variables take precedence over this file.\n';

export function envExample(): string {
  return `${[head, ...settings.flatMap(linesOf)].join('\n')}\n`;
}

function linesOf({
  variable,
  title,
  text,
  kind,
  unit,
  default: preset,
  defaultText,
  onlyEnvironment,
}: Setting): string[] {
  if (variable === null) return [];
  const allowed = kind.allowed && unit ? kind.allowed.replace(/\.$/, ` ${unit}.`) : kind.allowed;
  const words = [`${title}.`, text, allowed, onlyEnvironment === null ? '' : 'Only here, not on the page.'];
  return [
    `# ${words.filter(Boolean).join(' ')} Default: ${defaultText}`,
    `#${variable}=${writtenDefault(defaultText, kind.write(preset))}`,
  ];
}

/** A file in the data folder is written below its default place. */
function writtenDefault(defaultText: string, written: string): string {
  const [, file] = /^(\S+) in the data folder$/.exec(defaultText) ?? [];
  if (file) return `./${path.join('data', file)}`;
  return defaultText === './data' ? defaultText : written;
}
