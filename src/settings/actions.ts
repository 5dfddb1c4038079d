/** The action that saves settings, for the routes of every feature and for the audit row. */
export const settingsChange = {
  name: 'settings.changed',
  role: 'admin',
  tier: 0,
  changes: 'settings',
  target: 'settings',
} as const;
