// The health of each component, from the open findings. A mute changes nothing here.
import type { Checker } from './checker.ts';
import { type Finding, isBreaking } from './finding.ts';
import type { Findings } from './findings.ts';

export type Health = { status: 'healthy' | 'degraded' | 'unhealthy'; detail: string };

/** An error of one of these keeps everything from working. */
const vital = ['database', 'data_folder', 'disk'];

/** Each cheap check whose last look is as old as `maxAgeMs` looks again. Concurrent requests share the looks. */
export async function readHealth(checker: Checker, findings: Findings, maxAgeMs: number) {
  await checker.refresh(maxAgeMs);
  const broken = findings.open().filter(isBreaking);
  const watches = checker.watches();
  const componentOf = new Map(watches.map(({ check }) => [check.id, check.component]));
  const names = [...componentOf.values(), ...broken.map(({ component }) => component)];
  const components: Record<string, Health> = {};
  for (const name of new Set(names)) {
    const found = broken.filter((one) => one.component === name || componentOf.get(one.check_id) === name);
    const first = watches.find(({ check }) => check.component === name);
    components[name] = judge(name, found, first?.last()?.says ?? 'Not run yet.');
  }
  return { status: worst(Object.values(components)), components };
}

/** `says`: for a component without findings. */
function judge(component: string, found: Finding[], says: string): Health {
  if (found.length === 0) return { status: 'healthy', detail: says };
  const isVital = vital.includes(component) && found.some(({ severity }) => severity === 'error');
  const detail = found.map(({ title, text }) => `${title}. ${text}`).join(' ');
  return { status: isVital ? 'unhealthy' : 'degraded', detail };
}

function worst(components: Health[]): Health['status'] {
  const order = ['unhealthy', 'degraded', 'healthy'] as const;
  return order.find((status) => components.some((component) => component.status === status)) ?? 'healthy';
}
