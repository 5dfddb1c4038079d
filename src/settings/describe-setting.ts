// A setting as the API and the pages show it. The value of a secret is never part of it.
import { createHash } from 'node:crypto';
import { upperFirst } from '../core/format.ts';
import { mayAct, type Role } from '../core/role.ts';
import { maxSecretFileBytes, readSecretBytes } from '../core/secret-file.ts';
import { describeLock, isLocked } from '../core/settings/locked.ts';
import { groups, ownEffect } from '../core/settings/setting.ts';
import type { KnownSetting } from './settings.ts';

export type SettingFacts = ReturnType<typeof describeSetting>;

/** `role`: of the reader. Only an admin learns which files hold secrets, as on the page of credentials. */
export function describeSetting(known: KnownSetting, role: Role) {
  const { setting, value, source, running, needsRestart, change, isEditable } = known;
  const { kind, isSecret } = setting;
  return {
    key: setting.key,
    group: setting.group,
    title: setting.title,
    text: setting.text,
    type: kind.type,
    unit: setting.unit,
    min: kind.min ?? null,
    max: kind.max ?? null,
    choices: kind.choices ? [...kind.choices] : null,
    separator: kind.separator ?? null,
    variable: setting.variable,
    value: isSecret ? null : value,
    default: setting.default,
    source,
    running: isSecret ? null : running,
    effect: ownEffect(setting) ?? `${groups[setting.group].meta}.`,
    needs_restart: needsRestart,
    is_editable: isEditable,
    locked: describeWhyLocked(known),
    secret: isSecret ? describeSecret(value, role) : null,
    changed_at: change?.changed_at ?? null,
    changed_by: change?.changed_by ?? null,
  };
}

/** Null for a setting that can be changed here. */
export function describeWhyLocked(known: KnownSetting): string | null {
  const { variable, onlyEnvironment } = known.setting;
  if (known.isEditable) return null;
  if (isLocked(known)) return upperFirst(describeLock(known));
  if (onlyEnvironment === null) return 'Set under Credentials.';
  return `Only ${variable} in the environment sets it. ${onlyEnvironment}`;
}

/** `file` and the first digits of `sha256` are those of a key file, null for a secret that is no file. */
function describeSecret(value: unknown, role: Role) {
  const file = String(value ?? '');
  const isShown = file.startsWith('/') && mayAct(role, 'admin');
  return {
    is_set: file !== '',
    file: isShown ? file : null,
    sha256: isShown ? hashOf(file) : null,
  };
}

function hashOf(file: string): string | null {
  try {
    const content = readSecretBytes(file);
    if (content === null || content.length > maxSecretFileBytes) return null;
    return createHash('sha256').update(content).digest('hex').slice(0, 8);
  } catch {
    return null;
  }
}
