// Checks that the embedding model still gives the vectors that it gave, as far as idle workers have looked.
import type { Check, Found } from '../core/check.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { url } from '../core/url.ts';
import { modelOf } from '../embedding/model-change.ts';
import { type FlagState, shareOf } from '../flags/flag.ts';
import { recheckFlag } from './recheck.ts';
import type { RecheckRepository } from './recheck-repository.ts';

type Sources = Pick<Kernel, 'library'> & {
  rechecks: Pick<RecheckRepository, 'counts'>;
  /** Asking these is no read of the flag: the check of a server would hide that no worker reads it. */
  flags: { find(key: string): { state: FlagState } };
};

export const recheckHead = { id: 'vector-recheck', component: 'embedder', title: 'Vectors of the model' };

export function recheckCheck({ library, rechecks, flags }: Sources): Check {
  return {
    ...recheckHead,
    everySec: 60,
    dirtyOn: ['flags'],
    look() {
      if (shareOf(flags.find(recheckFlag).state) === 0)
        return { says: `Off: the flag ${recheckFlag} is off.`, found: [] };
      const model = modelOf(library).name;
      const { checked, differing } = rechecks.counts(model ?? '');
      if (model === null || checked === 0) return { says: 'No entry was embedded again yet.', found: [] };
      const says = `${formatNumber(differing)} of ${plural(checked, 'entry', 'entries')} got another vector.`;
      return { says, found: differing > 0 ? [changed(model)] : [] };
    },
  };
}

function changed(model: string): Found {
  return {
    subject: model,
    severity: 'warning',
    title: `${model} gives other vectors than before`,
    text: 'Idle workers embedded entries again and got another vector, so the model has changed behind its name, and a search compares vectors of two models. Rebuild the index in full, which embeds all entries.',
    stops: ['search'],
    runbook: 'index-broken',
    fix: { href: url('/ui/operations/index/confirm'), label: 'Rebuild index…' },
  };
}
