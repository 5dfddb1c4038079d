// The titles of tabs while an export replaces them.

const previous = ' (previous export)';

/** Google allows 100 characters; the longest ending that an export adds has 23. */
export const maxTabNameLength = 75;

/** A configured name must not end in one of these. */
export const reservedEndings = ['(being written)', '(previous export)'] as const;

/** A new tab until the switch. Its title carries its id, so that two writers never write into one tab. */
export function writingTitle(name: string, id: number): string {
  return `${name}${writingEnding(id)}`;
}

/** The old tab after the switch. */
export function previousTitle(name: string): string {
  return `${name}${previous}`;
}

/** The name of a tab that an export was writing; null for any other tab. */
export function nameOfWriting({ id, name }: { id: number; name: string }): string | null {
  return cutEnding(name, writingEnding(id));
}

/** The name of a tab that an export has replaced; null for any other tab. */
export function nameOfPrevious({ name }: { name: string }): string | null {
  return cutEnding(name, previous);
}

function writingEnding(id: number): string {
  return ` (being written ${id.toString(36)})`;
}

function cutEnding(title: string, ending: string): string | null {
  return title.endsWith(ending) ? title.slice(0, -ending.length) : null;
}
