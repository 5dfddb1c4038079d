// Checks that the audit log is as it was written, by what is stored: the last audit checks, and audit.head.
import type { Check, Found } from '../core/check.ts';
import { formatMinute, formatNumber } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { ChainRepository } from './chain-repository.ts';
import { type Head, type ReadHead, readHead } from './head-file.ts';
import { headMadeEvent } from './head-keeper.ts';

export const chainHead = { id: 'audit-chain', component: 'audit', title: 'Audit log' };

type Sources = {
  chain: ChainRepository;
  file: string;
  /** Why the server could not write the file; null when it could, or without a server. */
  problem: () => string | null;
};

export function chainCheck({ chain, file, problem }: Sources): Check {
  return {
    ...chainHead,
    everySec: 60,
    dirtyOn: ['job', 'jobs-removed'],
    look() {
      const kept = readHead(file);
      const found = [
        findBreak(chain, kept),
        findUnfinished(chain),
        findUnwritable(kept.problem ?? problem()),
        findMade(chain),
      ];
      return { says: describe(chain), found: found.filter((one) => one !== null) };
    },
  };
}

const fix = { href: url('/audit'), label: 'Open the audit log' };
const title = 'The audit log is not as it was written';

/** Stays until an audit check passes. */
function findBreak(chain: ChainRepository, { head }: ReadHead): Found | null {
  const broken = chain.lastBroken();
  const text = broken?.message ?? describeLostHead(chain, head);
  if (text === null) return null;
  return { subject: 'chain', severity: 'error', title, text, stops: [], fix };
}

function describe(chain: ChainRepository): string {
  const broken = chain.lastBroken();
  if (broken) return `Audit check #${broken.number} has found a change`;
  const unfinished = chain.lastUnfinished();
  if (!unfinished) return 'Nothing changed or missing';
  return `${describeProof(chain)}; audit check #${unfinished.number} could not finish`;
}

function describeProof(chain: ChainRepository): string {
  const passed = chain.lastPassed();
  if (!passed) return 'Never proven';
  return `Last proven by #${passed.number} at ${formatMinute(passed.at)}`;
}

/** Stays until a check finishes. */
function findUnfinished(chain: ChainRepository): Found | null {
  const unfinished = chain.lastUnfinished();
  if (!unfinished) return null;
  return {
    subject: 'unfinished',
    severity: 'warning',
    title: 'The audit log could not be checked',
    text: `${unfinished.message ?? `Audit check #${unfinished.number} has failed.`} ${describeProof(chain)}. Repair the cause, then run the audit check again.`,
    stops: [],
    fix,
  };
}

function describeLostHead(chain: ChainRepository, head: Head | null): string | null {
  if (head === null || chain.hashOf(head.id) === head.hash) return null;
  return `Row ${formatNumber(head.id)}, which audit.head names, is not in ops.db: rows were cut off or changed, or an older ops.db was put in its place. Run the audit check. If you replaced ops.db yourself, remove audit.head; the server makes a new one.`;
}

function findUnwritable(reason: string | null): Found | null {
  if (reason === null) return null;
  return {
    subject: 'head-file',
    severity: 'warning',
    title: 'audit.head cannot be written',
    text: `${reason} Until it is fixed, nobody notices when the newest rows of the audit log are removed.`,
    stops: [],
  };
}

/** A missing file proves nothing, and a person may have removed it. */
function findMade(chain: ChainRepository): Found | null {
  const made = chain.newestOf(headMadeEvent);
  if (!made || made.at < (chain.lastPassed()?.at ?? '')) return null;
  return {
    subject: 'head-made',
    severity: 'info',
    title: 'audit.head was missing and was made again',
    text: 'It would have shown whether the newest rows of the audit log were removed before. Run the audit check: it verifies the rows that are there.',
    stops: [],
    fix,
  };
}
