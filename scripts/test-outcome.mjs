// Parses the TAP output of one test file, and formats it. A test is a result at the top level of its file.
import { Parser } from 'tap-parser';
import { stringify } from 'yaml';
import { readAround } from './source-positions.mjs';

/** `end` is the exit code of the file, or the signal that killed it; `before` are the files that the same process ran before. */
export function readOutcome({ name, tap, stderr, end, ms, before = [] }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const found = { failures: [], current: '', results: null, extra: '' };
  const parser = new Parser((results) => {
    found.results = results;
  });
  parser.on('assert', ({ ok, skip, todo }) => {
    counts[skip || todo ? 'skipped' : ok ? 'passed' : 'failed'] += 1;
  });
  parser.on('extra', (line) => {
    found.extra += line;
  });
  collectFailures(parser, found, []);
  parser.end(tap);
  const problem = findProblem(found, counts, end);
  if (problem) found.failures.push({ title: problem });
  // A file that ends in the middle of a test has a failure, but no result.
  if (problem || (found.failures.length > 0 && counts.failed === 0)) counts.failed += 1;
  const { failures, extra } = found;
  return { name, ...counts, failures, noise: stderr + extra, tap, ms, before, isGood: failures.length === 0 };
}

/** Collects the failed assertions of a file and of its subtests, each with the titles that lead to it. */
function collectFailures(parser, found, titles) {
  let failedBefore = 0;
  parser.on('child', (child) => {
    failedBefore = found.failures.length;
    found.current = formatTitle([...titles, child.name]);
    collectFailures(child, found, [...titles, child.name]);
  });
  parser.on('assert', ({ ok, todo, skip, name, diag, closingTestPoint }) => {
    found.current = formatTitle(titles);
    // The result of a subtest adds nothing when one of its assertions failed.
    const isKnown = closingTestPoint && found.failures.length > failedBefore;
    if (ok || todo || skip || isKnown) return;
    found.failures.push({ title: formatTitle([...titles, name]), diag });
  });
}

/** The reason of a failure that the results do not show; null when there is none. */
function findProblem({ failures, current, results }, { passed, failed, skipped }, end) {
  if (typeof end === 'string') return `killed by ${end}${current && ` in: ${current}`}`;
  if (failures.length > 0) return null;
  if (end !== 0) return `exit code ${end}`;
  if (passed + failed + skipped === 0) return 'no test ran';
  if (results.ok) return null;
  return results.bailout ? `bailed out: ${results.bailout}` : (results.failures[0]?.tapError ?? 'not ok');
}

export function formatLine({ isGood, name, passed, failed, skipped, ms }) {
  return `${isGood ? 'ok  ' : 'FAIL'} ${name}  ${formatCounts(passed, failed, skipped)}  ${ms} ms`;
}

/** The failed assertions with their diagnostics, the other output of the file, and the files that may have disturbed it. */
export function formatFailures({ failures, noise, before }) {
  const parts = failures.map(({ title, diag }) => `✗ ${title}\n${diag ? formatDiagnostics(diag) : ''}`);
  if (noise.trim() !== '') parts.push(`stderr:\n${indent(noise.trimEnd())}\n`);
  if (before.length > 0) parts.push(`in one process, after:\n${indent(before.join('\n'))}\n`);
  return indent(parts.join('\n').trimEnd());
}

/** The outcome as subtest number `at` of the run. */
export function formatTap({ isGood, name, tap, ms, failures }, at) {
  const inner = indent(tap.replace(/^TAP version 14\n/, '').trimEnd());
  const result = `${isGood ? 'ok' : 'not ok'} ${at} - ${name} # time=${ms}ms`;
  const details = isGood
    ? ''
    : `\n  ---\n${indent(stringify({ failures: failures.map(({ title }) => title) }))}\n  ...`;
  return `# Subtest: ${name}\n${inner}\n${result}${details}`;
}

/** The last line of a run. `isGood`: something passed and nothing failed. */
export function formatTotals(outcomes) {
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
  return { text: formatCounts(passed, failed, skipped), isGood: failed === 0 && passed > 0 };
}

function formatCounts(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function formatTitle(titles) {
  return titles.join(' › ');
}

/** The location in one line, then the rest as YAML. The lines that tap shows are of the compiled file. */
function formatDiagnostics({ at, ...diag }) {
  const place = at?.fileName ? { at: `${at.fileName}:${at.lineNumber}:${at.columnNumber}` } : {};
  if (at && diag.source !== undefined) diag.source = readAround(at) ?? diag.source;
  return indent(stringify({ ...place, ...diag }, { lineWidth: 0 }).trimEnd());
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '    ');
}
