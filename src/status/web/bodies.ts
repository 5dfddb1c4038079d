// The figures and components in the JSON twin.
import { integerSchema, nullable, objectSchema, textSchema } from '../../core/schemas.ts';
import { checkStates } from '../../checks/views.ts';
import { type Figure, figureStates } from '../figure.ts';

const listOf = (items: object) => ({ type: 'array', items });

export const figuresSchema = listOf(
  objectSchema({
    name: textSchema,
    title: textSchema,
    value: { ...nullable('number'), description: 'Null: there is no figure, and `about` says why.' },
    text: { ...textSchema, description: 'The value as the page shows it.' },
    unit: nullable('string'),
    state: { type: 'string', enum: figureStates },
    about: textSchema,
    at: nullable('string'),
    href: textSchema,
  }),
);

export const figureBody = ({ series: _series, links: _links, ...figure }: Figure) => figure;

export const componentsSchema = listOf(
  objectSchema({
    name: textSchema,
    title: textSchema,
    state: { type: 'string', enum: checkStates },
    is_muted: { type: 'boolean' },
    says: nullable('string'),
    took_ms: { ...nullable('integer'), description: 'Of all its checks together.' },
    looked_at: { ...nullable('string'), description: 'The oldest of the looks that `says` tells of.' },
    check: { ...textSchema, description: 'The check that says the most about it.' },
    checks: integerSchema,
    findings: integerSchema,
  }),
);
