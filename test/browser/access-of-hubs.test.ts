// Every page below Status, Storage, Activity and Settings has no horizontal scroll and no accessibility violation.
import { examineExamples } from '../support/access.ts';

examineExamples('hubs');
