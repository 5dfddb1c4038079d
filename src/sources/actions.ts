// The actions on named sheets, which are settings, and on uploaded files, for their routes and their audit rows.

export const sourceTarget = (name: string): string => `source:${name}`;

export const sourceActions = {
  change: { name: 'source.changed', role: 'admin', tier: 1, changes: 'sources', target: sourceTarget },
  remove: { name: 'source.removed', role: 'admin', tier: 1, changes: 'sources', target: sourceTarget },
  /** Keeps what it has found, and changes no sheet. */
  check: { name: 'source.checked', role: 'operator', tier: 0, changes: 'sources', target: sourceTarget },
} as const;

export const sheetActions = {
  upload: { name: 'sheet.upload', role: 'operator', tier: 0, changes: 'sheets' },
  remove: { name: 'sheet.remove', role: 'operator', tier: 0, changes: 'sheets' },
} as const;
