// The variables that scripts and workers get, so that they use the values of the server.
import type { Config } from './compose.ts';
import { serviceSettings } from './declared-jobs.ts';
import { plainSettings } from './declared.ts';
import type { Setting } from './setting.ts';

/** The settings that are declared with `toChildren`, by variable. */
export function settingsOfChild(config: Config): Record<string, string> {
  return { ...variablesOf(plainSettings, config), ...variablesOf(serviceSettings, config.embedding) };
}

/** A member that is missing is empty, so that a child does not read a variable of its own. */
function variablesOf(declared: Record<string, Setting>, used: object | null): Record<string, string> {
  const members: Record<string, unknown> = { ...used };
  const passedOn = Object.entries(declared).flatMap(([name, { variable, kind, toChildren, toValue }]) => {
    if (variable === null || !toChildren) return [];
    const value = members[name];
    return [[variable, value === undefined ? '' : kind.write(toValue(value))]];
  });
  return Object.fromEntries(passedOn);
}
