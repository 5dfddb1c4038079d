// The dialog before the embedder is changed: how many entries are embedded again, where their texts go, and whether the
// service has just answered.
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { wasName } from '../../web/edited-field.ts';
import type { EmbedderCheck, ServiceAddress, ShownAddress } from '../embedder.ts';

/** `shown`: the values that the form had before they were changed. */
type Change = { address: ServiceAddress; shown: ShownAddress; entries: number; check: EmbedderCheck };

export function viewEmbedderChange({ address, shown, entries, check }: Change) {
  const isService = address.url !== '';
  const name = isService ? address.model : 'the built-in embedder';
  const again =
    check.effect ?? `${plural(entries, 'entry', 'entries')} will be embedded again if its model differs.`;
  const failed =
    'Until it answers nothing is embedded, and a rebuild of the index fails. Check these values first.';
  return {
    question: `Change to ${name}?`,
    failure: check.status === 'error' ? check.text : null,
    consequences: [
      again,
      isService
        ? `The text of every entry, and of every search, is sent to ${address.url}.`
        : 'No text is sent anywhere from then on. It compares letters and words, not meaning.',
      ...(check.status === 'error' ? [failed] : []),
    ],
    fields: [
      ...Object.entries({ ...address, kind: isService ? 'service' : 'built_in', confirmed: 'yes' }),
      ...Object.entries(shown).flatMap(([name, value]) =>
        value === undefined ? [] : [[wasName(name), value]],
      ),
    ],
    action: url('/ui/embedder/save'),
    confirm: check.status === 'error' ? 'Change it anyway' : 'Change embedder',
    keep: 'Go back',
    back: url('/settings/embedder'),
    section: '/settings',
  };
}
