// Reads the detail of an audit row. Somebody may have changed the file by other means: a page then shows the text, and the check
// of the chain names the row.

export function parseDetail(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {}
  return { text };
}
