// The actions on traces, for their routes and their audit rows.
const ofTraces = { role: 'operator', tier: 0, changes: 'traces', target: 'requests' } as const;

export const hunting = { ...ofTraces, name: 'traces.hunt' } as const;
export const stopping = { ...ofTraces, name: 'traces.stop' } as const;
