// The address at which a person opens a Google spreadsheet.

export function spreadsheetAddress(id: string): string {
  return `https://docs.google.com/spreadsheets/d/${encodeURIComponent(id)}`;
}
