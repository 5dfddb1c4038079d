// The template engine: Eta. Templates are indented for people, and rendered without the indentation.
//
// White space in a template:
// - A line break with its indentation is removed beside a tag, an include or code, and is one space between words. A value
//   (`<%= … %>`) is a word. Inside a tag, where it separates attributes, it is one space.
// - Blanks within a line are kept. A visible space at the end of a line beside a tag is written `<%= ' ' %>`.
// - `pre` and `textarea` keep their content.
//
// A value between tags keeps its writing direction to itself: see bidi.ts. It is shown with `~` for the home folder and with
// local times, unless it is written `<%~ exact(…) %>`.
import { Eta, type TemplateFunction } from 'eta';
import { type Caches, ofText } from '../core/cache.ts';
import { shortenHomes } from '../core/home.ts';
import { span } from '../core/trace.ts';
import { closeDirections, isDirected } from './bidi.ts';
import { showLocalTimes } from './local-times.ts';

/** `views` is the folder of the templates, each of which is read and compiled once; they may call the functions in `given`. */
export function createViews(views: string, given: object, caches: Caches): Eta {
  const plugins = [{ processTemplate: collapse }, { processTemplate: isolateValues }];
  const exact = (value: unknown) => {
    const text = String(value);
    const escaped = eta.config.escapeFunction(isDirected(text) ? closeDirections(text) : text);
    return isDirected(text) ? `<bdi>${escaped}</bdi>` : escaped;
  };
  const worded = (value: unknown) => showLocalTimes(shortenHomes(String(value)));
  const isolate = (value: unknown) => exact(worded(value));
  const globals = { ...given, exact, isolate, closeDirections, worded };
  const functionHeader = `const { ${Object.keys(globals).join(', ')} } = this;`;
  const eta = new Eta({ views, cache: true, plugins, functionHeader });
  Object.assign(eta, globals);
  const resolve = eta.resolvePath;
  const known = caches.create<string>('template-paths', {
    ...ofText,
    reads: 'viewer',
    about: 'The file of each template, by the template that includes it.',
    entries: 5000,
    bytes: 4 * 1024 * 1024,
  });
  measureRendering(eta);
  eta.templatesSync = keepTemplates(caches) as unknown as Eta['templatesSync'];
  // Eta's own cache serializes its key as JSON, which takes longer than rendering a small template.
  eta.resolvePath = function (template, options) {
    const key = `${options?.filepath ?? ''}\n${template}`;
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const path = resolve.call(this, template, options);
    known.set(key, path);
    return path;
  };
  return eta;
}

/** A template with all that it includes is one part of the trace. */
function measureRendering(eta: Eta) {
  const { render } = eta;
  let depth = 0;
  eta.render = function (template, data, meta) {
    if (depth > 0) return render.call(this, template, data, meta);
    depth += 1;
    try {
      return span('render', String(template), () => render.call(this, template, data, meta));
    } finally {
      depth -= 1;
    }
  };
}

/** The methods of Eta's cache that it calls. */
function keepTemplates(caches: Caches) {
  const templates = caches.create<TemplateFunction>('templates', {
    reads: 'viewer',
    about: 'The compiled templates of pages.',
    entries: 2000,
    bytes: 32 * 1024 * 1024,
    sizeOf: (template) => String(template).length,
    show: String,
  });
  return { get: templates.get, define: templates.set };
}

const code = '<%[^]*?%>';
const attributes = `(?:${code}|"(?:${code}|[^"])*"|'(?:${code}|[^'])*'|[^>"'])*`;
const verbatim = `(?<opening><(?<name>pre|textarea)\\b${attributes}>)(?<content>[^]*?</\\k<name>>)`;
const parts = new RegExp(`(?<code>${code})|${verbatim}|(?<tag><[a-z/!]${attributes}>)`, 'gi');
const lineBreak = /[ \t]*\n\s*/g;

/** The template without its indentation. */
export function collapse(template: string): string {
  let collapsed = '';
  let at = 0;
  let isAfterWord = false;
  for (const { index, 0: part, groups = {} } of template.matchAll(parts)) {
    const isWord = part.startsWith('<%=') && part !== visibleSpace;
    collapsed += collapseText(template.slice(at, index), isAfterWord, isWord);
    if (groups.code) collapsed += part === visibleSpace ? ' ' : part;
    else collapsed += collapseTag(groups.opening ?? groups.tag ?? '') + (groups.content ?? '');
    at = index + part.length;
    isAfterWord = isWord;
  }
  return collapsed + collapseText(template.slice(at), isAfterWord, false);
}

const visibleSpace = "<%= ' ' %>";

function collapseText(text: string, isAfterWord: boolean, isBeforeWord: boolean): string {
  return text.replace(lineBreak, (blanks, index: number) => {
    const hasWordBefore = index > 0 || isAfterWord;
    const hasWordAfter = index + blanks.length < text.length || isBeforeWord;
    return hasWordBefore && hasWordAfter ? ' ' : '';
  });
}

/** Code inside the tag is not changed. */
function collapseTag(tag: string): string {
  return tag
    .split(/(<%[\s\S]*?%>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(lineBreak, ' ')))
    .join('')
    .replace(/ (\/?>)$/, '$1');
}

const output = /<%=([\s\S]*?)%>/g;
/** Elements that hold text only; the content of a `textarea` is sent by its form and stays as it is. */
const textOnly = `(?<opening><(?<name>title|option|textarea)\\b${attributes}>)(?<content>[^]*?</\\k<name>>)`;
const values = new RegExp(`${textOnly}|(?<value>${output.source})|${code}|<[a-z/!]${attributes}>`, 'gi');

/** Attributes that people read or hear; others are addresses and values that forms send. */
const spoken = new RegExp(`\\b(?:title|alt|placeholder|aria-[a-z]+)="(?:${code}|[^"])*"`, 'g');

/** The template with the values between tags isolated. A value in a tag belongs to an attribute. */
function isolateValues(template: string): string {
  return template.replace(values, (part, ...matched) => {
    const { opening, name, content = '', value } = matched.at(-1) as Record<string, string | undefined>;
    if (value) return value.replace(output, '<%~ isolate($1) %>');
    if (name === 'textarea') return part;
    if (!opening) return part.replace(spoken, (words) => words.replace(output, '<%= worded($1) %>'));
    return opening + content.replace(output, '<%= closeDirections(worded($1)) %>');
  });
}
