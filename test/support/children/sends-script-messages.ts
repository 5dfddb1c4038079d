// A script that uses runScript; the argument `text` selects its behaviour.
import { AppError } from '../../../src/core/errors.ts';
import { runScript } from '../../../src/jobs/script.ts';

await runScript<{ text: string; count?: number }>(({ text, count = 0 }, context) => {
  if (text === 'bad input') throw new AppError('bad_input', 'Row 7 has no title.', { total: 1 });
  if (text === 'temporary') throw new AppError('temporary', 'The sheet is busy.');
  if (text === 'own error') throw new AppError('internal', 'It went wrong.');
  if (text === 'bug') throw new TypeError('x is not a function');
  if (text === 'fence') context.assertFence();
  for (let done = 1; done <= count; done++) context.progress(done, count, 'count', `at ${done}`);
  if (count > 0) context.progress(0, undefined, 'check');
  context.row('Sheet!2', 'added');
  context.row('Sheet!3', 'invalid', 'no title');
  return { job: context.job, root: context.config.root };
});
