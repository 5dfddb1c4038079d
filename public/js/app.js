// Starts the modules that extend htmx, one per duty. Every page works without JavaScript.
import { watchActions } from './actions.js';
import { watchChoices } from './choices.js';
import { watchConnection } from './connection.js';
import { watchCopies } from './copy.js';
import { watchDialog } from './dialog.js';
import { watchFilter } from './filter.js';
import { watchFocus } from './focus.js';
import { watchHosts } from './hold.js';
import { watchKeys } from './keys.js';
import { shareStream } from './live.js';
import { watchLocks } from './locks.js';
import { watchMorphs } from './morph.js';
import { watchNoticeSwitch } from './notice-switch.js';
import { watchPreferences } from './preferences.js';
import { showOpenTab } from './tabs.js';
import './times.js';
import { watchNotices } from './toast.js';
import { watchUnsaved } from './unsaved.js';
import { watchUploads } from './upload.js';

shareStream();
watchMorphs();
watchHosts();
watchFocus();
watchFilter();
watchLocks();
watchDialog();
watchActions();
watchNotices();
watchConnection();
watchCopies();
watchKeys();
watchPreferences();
watchUploads();
watchUnsaved();
watchChoices();
watchNoticeSwitch();
showOpenTab();

/** The answer to a form becomes a page that reload and Back fetch, instead of sending the form again. */
history.replaceState(history.state, '', location.href);

/** Emits `chl:swapped` on the document once after each swap, before it is painted. */
let isDue = false;
for (const name of ['htmx:afterSwap', 'htmx:sseMessage']) {
  document.body.addEventListener(name, () => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      document.dispatchEvent(new Event('chl:swapped'));
    });
  });
}
