// The link to the Google spreadsheet that an export has written, on the page of its job.
import type { JobPart } from '../../core/job-part.ts';
import { writtenSpreadsheet } from '../exported-files.ts';

export const jobSpreadsheetPart: JobPart = {
  template: 'exports/job-spreadsheet',
  load: writtenSpreadsheet,
};
