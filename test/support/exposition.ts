// A parser of the text format 0.0.4 of Prometheus, written from its specification, which shares no code with the server. It
// throws at the first line that breaks a rule, those of `promtool check metrics` included.

export type Family = { name: string; help: string; type: string; samples: Sample[] };
type Sample = { name: string; labels: Record<string, string>; value: number };

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no line feed');
  const families = new Map<string, Family>();
  let current: Family | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line.trim() === '') continue;
    const comment = /^# (HELP|TYPE) (\S+)(?: (.*))?$/.exec(line);
    if (comment) current = readComment(families, current, comment, line);
    else if (!line.startsWith('#')) readSample(current, line);
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

function readComment(
  families: Map<string, Family>,
  current: Family | null,
  [, kind, name = '', rest = '']: RegExpExecArray,
  line: string,
): Family {
  if (metricName.exec(name)?.[0] !== name) throw new Error(`no name of a metric: ${line}`);
  const known = families.get(name);
  if (known && known !== current) throw new Error(`${name} is not one group`);
  const family = known ?? { name, help: '', type: '', samples: [] };
  families.set(name, family);
  const member = kind === 'HELP' ? 'help' : 'type';
  if (family[member] !== '') throw new Error(`a second ${kind} of ${name}`);
  if (kind === 'TYPE' && !types.includes(rest)) throw new Error(`no type: ${line}`);
  if (family.samples.length > 0) throw new Error(`${kind} of ${name} comes after a sample`);
  family[member] = kind === 'HELP' ? unquote(rest, ['\\', 'n']) : rest;
  return family;
}

function readSample(family: Family | null, line: string) {
  const name = metricName.exec(line)?.[0];
  if (!name) throw new Error(`no sample: ${line}`);
  if (!family || family.type === '' || !belongs(family, name)) throw new Error(`${name} has no TYPE`);
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) rest = readLabels(rest.slice(1), labels, line);
  const [value = '', timestamp, more] = rest.trim().split(/[ \t]+/);
  if (more !== undefined || (timestamp !== undefined && !/^-?\d+$/.test(timestamp)))
    throw new Error(`more than a value and a time: ${line}`);
  family.samples.push({ name, labels, value: readValue(value, line) });
}

const suffixes: Record<string, string[]> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

function belongs({ name, type }: Family, sample: string): boolean {
  return (suffixes[type] ?? ['']).some((suffix) => sample === name + suffix);
}

/** Returns what comes after the labels. */
function readLabels(text: string, labels: Record<string, string>, line: string): string {
  let rest = text;
  while (!rest.startsWith('}')) {
    const name = labelName.exec(rest)?.[0];
    if (!name || name.startsWith('__')) throw new Error(`no label: ${line}`);
    if (name in labels) throw new Error(`the label ${name} comes twice: ${line}`);
    const quoted = /^="((?:[^"\\]|\\.)*)"/.exec(rest.slice(name.length));
    if (!quoted) throw new Error(`no value of ${name}: ${line}`);
    labels[name] = unquote(quoted[1] ?? '', ['\\', 'n', '"']);
    rest = rest.slice(name.length + quoted[0].length);
    if (rest.startsWith(',')) rest = rest.slice(1);
    else if (!rest.startsWith('}')) throw new Error(`no comma between labels: ${line}`);
  }
  return rest.slice(1);
}

function unquote(text: string, allowed: string[]): string {
  return text.replace(/\\(.?)/g, (_, mark: string) => {
    if (!allowed.includes(mark)) throw new Error(`\\${mark} is no escape: ${text}`);
    return mark === 'n' ? '\n' : mark;
  });
}

function readValue(text: string, line: string): number {
  if (text === 'NaN') return Number.NaN;
  const infinite = /^([+-]?)Inf$/.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`no value: ${line}`);
  return Number(text);
}

function checkFamily({ name, help, type, samples }: Family) {
  if (help === '') throw new Error(`${name} has no HELP`);
  if (type === '') throw new Error(`${name} has no TYPE`);
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`);
  const seen = new Set<string>();
  for (const sample of samples) {
    const key = `${sample.name} ${keyOf(sample.labels)}`;
    if (seen.has(key)) throw new Error(`${key} comes twice`);
    seen.add(key);
    if (type === 'counter' && !(sample.value >= 0)) throw new Error(`${key} is below zero`);
  }
  if (type === 'histogram') for (const one of seriesOf(samples)) checkHistogram(name, one);
}

function checkHistogram(name: string, samples: Sample[]) {
  const of = (suffix: string) => samples.filter((sample) => sample.name === name + suffix);
  const buckets = of('_bucket').map(({ labels, value }) => ({ le: readValue(labels.le ?? '', name), value }));
  const [count, sum] = [of('_count'), of('_sum')];
  if (count.length !== 1 || sum.length !== 1) throw new Error(`${name} needs one _count and one _sum`);
  if (buckets.at(-1)?.le !== Number.POSITIVE_INFINITY) throw new Error(`${name} has no bucket +Inf`);
  if (buckets.at(-1)?.value !== count[0]?.value) throw new Error(`${name}: +Inf is not the count`);
  buckets.slice(1).forEach(({ le, value }, i) => {
    const before = buckets[i];
    if (before && le <= before.le) throw new Error(`${name}: le ${le} is not above ${before.le}`);
    if (before && value < before.value) throw new Error(`${name}: the buckets are not cumulative`);
  });
}

/** The samples of a histogram by their labels besides `le`, in order. */
function seriesOf(samples: Sample[]): Sample[][] {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = keyOf(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  return [...series.values()];
}

function keyOf(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
