// The actions on entered costs, for their routes and their audit rows.

export const costTarget = (day: string, item: string): string => `cost:${day}/${item}`;

const common = { role: 'admin', tier: 0, target: costTarget } as const;

export const costActions = {
  change: { ...common, name: 'cost.changed', changes: 'costs' },
  remove: { ...common, name: 'cost.removed', changes: 'costs' },
} as const;
