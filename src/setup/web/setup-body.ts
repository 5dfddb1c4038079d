// The setup checklist as the API gives it.
import { integerSchema, objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { SetupContext } from '../parts.ts';

const stepSchema = objectSchema({
  title: textSchema,
  text: textSchema,
  href: textSchema,
  is_done: { type: ['boolean', 'null'], description: 'Null when it could not be checked.' },
});

export const setupSchema = {
  done: integerSchema,
  total: integerSchema,
  steps: { type: 'array', items: stepSchema },
};

export async function readSetup({ checklist }: Pick<SetupContext, 'checklist'>) {
  const ticked = await checklist.read();
  return {
    done: ticked.filter(({ isDone }) => isDone).length,
    total: ticked.length,
    steps: ticked.map(({ step: { title, text, href }, isDone }) => ({
      title,
      text,
      href: url(href),
      is_done: isDone,
    })),
  };
}
