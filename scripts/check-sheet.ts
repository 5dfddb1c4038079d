// Checks an uploaded sheet in a separate process, so that its size or content cannot harm the server, which starts it for each
// upload. Not an operation. Its work is in src/sources/check.ts.
import { runScript } from '../src/jobs/script.ts';
import { checkUpload, type UploadCheck } from '../src/sources/check.ts';

await runScript<UploadCheck>((upload, { config }) => checkUpload(config, upload));
