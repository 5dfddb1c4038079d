// Sheets: import and export of the library as CSV tabs.
import type { Feature } from '../web/feature.ts';
import { exportOperation } from './export-operation.ts';
import { importOperation } from './import-operation.ts';
import { createSheetParts } from './parts.ts';

export const sheets: Feature = {
  name: 'sheets',
  operations: [importOperation, exportOperation],
  create: createSheetParts,
};
