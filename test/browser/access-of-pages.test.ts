// Every page that is not below a hub has no horizontal scroll and no accessibility violation.
import { examineExamples } from '../support/access.ts';

examineExamples('others');
