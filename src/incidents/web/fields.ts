// The fields of the details of an incident in a form.
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { type Details, incidentSeverities } from '../../incident-store/incident.ts';
import { showAgain, wasName } from '../../web/edited-field.ts';
import type { Form } from '../../web/validation.ts';
import { detailNames, type DetailTexts, type GivenDetails, limits, textsOf } from '../details.ts';
import { severityWords } from '../due.ts';
import type { IncidentContext } from '../parts.ts';

/** `stored`: the details that are saved, or those that a new incident suggests. */
export function viewFields(
  { links }: Pick<IncidentContext, 'links'>,
  stored: Details,
  form: Form | null,
  error: AppError | undefined,
) {
  const texts = textsOf(stored);
  const { problemOf } = readProblems(error);
  const field = (name: keyof DetailTexts) => {
    const shown = showAgain(form ?? {}, { name, stored: texts[name] }, error);
    return { name, id: `incident-${name}`, ...shown, wasName: wasName(name), problem: problemOf(name) };
  };
  const severity = field('severity');
  const runbook = field('runbook');
  return {
    title: { ...field('title'), max: limits.title },
    severity: {
      ...severity,
      choices: incidentSeverities.map((value) => ({
        value: String(value),
        label: `${value}: ${severityWords[value]}`,
        isChosen: String(value) === severity.value,
      })),
    },
    summary: { ...field('summary'), max: limits.summary },
    services: field('services'),
    tags: field('tags'),
    owner: { ...field('owner'), max: limits.owner },
    runbook: {
      ...runbook,
      choices: [
        { value: '', label: 'None', isChosen: runbook.value === '' },
        ...links
          .runbooks()
          .map(({ slug, title }) => ({ value: slug, label: title, isChosen: slug === runbook.value })),
      ],
    },
  };
}

/** Fields that the form does not have stay as they are. */
export function readFields(form: Form): GivenDetails {
  const { title, severity, summary, services, tags, owner, runbook } = form;
  return {
    ...(title === undefined ? {} : { title }),
    ...(severity === undefined ? {} : { severity: Number(severity) }),
    ...(summary === undefined ? {} : { summary }),
    ...(services === undefined ? {} : { services: [services] }),
    ...(tags === undefined ? {} : { tags: [tags] }),
    ...(owner === undefined ? {} : { owner }),
    ...(runbook === undefined ? {} : { runbook }),
  };
}

/** The values that the form showed. */
export function readShown(form: Form): Partial<DetailTexts> {
  const shown = detailNames.flatMap((name) => {
    const was = form[wasName(name)];
    return was === undefined ? [] : [[name, was]];
  });
  return Object.fromEntries(shown);
}
