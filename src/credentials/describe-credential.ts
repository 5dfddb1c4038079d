// Describes a credential for the API and the page: its file, who has set it, its last check. Never its content.
import { type Credential, credentialList } from './credential-list.ts';
import { findCredential } from './credentials.ts';
import type { KeyTurns } from './key-turns.ts';
import { formatMode, readUsedKeyFile } from './key-file.ts';
import type { KeysInUse } from './keys-in-use.ts';
import type { KeyCheck, KeyRepository } from './repository.ts';

export type CredentialFacts = {
  name: string;
  title: string;
  kind: Credential['kind'];
  text: string;
  is_set: boolean;
  /** The variable that sets it, which locks the credential; null when none does. */
  variable: string | null;
  /** The sheets or the service that it opens. */
  used_by: string[];
  is_checking: boolean;
  /** Whether the file in use was uploaded; a registered one stays when the credential is removed. */
  is_upload: boolean;
  in_use: KeyFacts | null;
  /** Waits until its check passes; the other one is in use until then. */
  next: KeyFacts | null;
  /** Null when it was never checked. */
  check: KeyCheck | null;
};

/** `path`: with `~`. `sha256`: its first digits. `problem`: why the file cannot be used; `command`: fixes it. */
export type KeyFacts = {
  path: string;
  sha256: string | null;
  mode: string | null;
  email: string | null;
  changed_at: string | null;
  changed_by: string | null;
  problem: string | null;
  command: string | null;
  check: KeyCheck | null;
};

type Given = {
  keys: KeyRepository;
  inUse: KeysInUse;
  turns: Pick<KeyTurns, 'isBusy'>;
  usedBy: (name: string) => string[];
  isUpload: (file: string) => boolean;
};

export type DescribeCredentials = ReturnType<typeof createDescribe>;

export function createDescribe({ keys, inUse, turns, usedBy, isUpload }: Given) {
  /** Throws `not_found`. */
  const describe = (name: string): CredentialFacts => {
    const credential = findCredential(name);
    const { title, kind, text, variable } = credential;
    const isLocked = inUse.isLocked(credential);
    const slot = isLocked ? 'environment' : 'saved';
    const stored = keys.find(name, slot);
    const check = (stored ?? keys.find(name, 'environment'))?.check ?? null;
    const file = inUse.fileOf(credential);
    const next = isLocked ? null : keys.find(name, 'next');
    return {
      name,
      title,
      kind,
      text,
      is_set: file !== null,
      variable: isLocked ? variable : null,
      used_by: usedBy(name),
      is_checking: turns.isBusy(name),
      is_upload: file !== null && isUpload(file),
      in_use: file === null ? null : describeFile(credential, file, isLocked ? null : stored, check),
      next: next && describeFile(credential, next.path, next, next.check),
      check,
    };
  };
  return { describe, usedBy, all: () => credentialList.map(({ name }) => describe(name)) };
}

function describeFile(
  { kind }: Credential,
  file: string,
  stored: { changed_at: string; changed_by: string; sha256: string } | null,
  check: KeyCheck | null,
): KeyFacts {
  const read = readUsedKeyFile(kind, file);
  const isRead = !('problem' in read);
  return {
    path: file,
    sha256: (isRead ? read.sha256 : (stored?.sha256 ?? '')).slice(0, 8) || null,
    mode: isRead ? formatMode(read.mode) : null,
    email: isRead ? read.email : null,
    changed_at: stored?.changed_at ?? null,
    changed_by: stored?.changed_by ?? null,
    problem: isRead ? null : read.problem.message,
    command: isRead ? null : (read.problem.command ?? null),
    check,
  };
}
