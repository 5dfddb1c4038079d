// A backup: a folder with copies of both databases, or the copy of the library that is made before an import.

/** `before_update`: both databases, as the first start of a newer version found them. */
export const backupKinds = ['full', 'before_import', 'before_update'] as const;
export type BackupKind = (typeof backupKinds)[number];

/** The outcome of the last restore test; `inconclusive`: it could not be carried out. */
export type Proof = 'none' | 'proven' | 'failed' | 'inconclusive';

/** `ms`: how long it took; null for a step that was not reached. */
export type ProofStep = {
  name: string;
  text: string;
  outcome: 'ok' | 'failed' | 'not_reached';
  ms: number | null;
};

export type Backup = {
  /** The name of its folder, or of the file of a copy before an import. */
  id: string;
  /** The number of the job that made it. */
  job: number | null;
  at: string;
  kind: BackupKind;
  bytes: number;
  /** The hash of `manifest.json`; null for a copy before an import. */
  sha256: string | null;
  proof: Proof;
  /** The number of the job that tested it last. */
  proof_job: number | null;
  proof_at: string | null;
  proof_text: string | null;
  proof_steps: ProofStep[];
  note: string | null;
  /** A person has asked to keep it. */
  is_kept: boolean;
  /** The time at which the server saw that its files are gone. */
  gone_at: string | null;
};

export type Test = Pick<Backup, 'proof' | 'proof_job' | 'proof_at' | 'proof_text' | 'proof_steps'>;
