// The actions of settings: everybody may read them, an admin changes them.
import type { Action } from '../../web/action.ts';
import { settingsChange } from '../actions.ts';
import { previewEvent } from '../settings-file.ts';

const changed: Action = settingsChange;

export const changesSettings = { action: changed };
/** It reads a file and answers what an import would change. */
export const previewsImport = { action: { ...changed, name: previewEvent } };
/** Without a plan it is a preview, whose row has the event of a preview. */
export const importsSettings = { action: { ...changed, name: 'settings.imported', tier: 2 as const } };
