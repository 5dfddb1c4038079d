// Keeps a morph of a card from changing what the reader has opened, and from leaving the old behaviour on a control
// that it reuses for another.

const htmxSelector = '[hx-get], [hx-post], [hx-trigger]';
/** Elements of the current morph that htmx handles before it and not after it. */
const plainNow = new Set();

export function watchMorphs() {
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeAttributeUpdated: (name, element) => !isOpenState(name, element) && !isTyped(name, element),
    beforeNodeMorphed(element, content) {
      if (element.matches?.(htmxSelector) && !content.matches(htmxSelector)) plainNow.add(element);
    },
    // htmx looks for elements with its attributes only, so it would leave its listeners on these.
    afterNodeMorphed(element) {
      if (plainNow.delete(element)) htmx.process(element);
    },
  });
}

/** The server decides only how new details start: an element without content is new. */
function isOpenState(name, element) {
  return name === 'open' && element.matches('details, dialog') && element.firstChild !== null;
}

function isTyped(name, element) {
  return ['value', 'checked', 'selected'].includes(name) && element.closest('[data-reader]') !== null;
}
