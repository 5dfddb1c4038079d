// The parts of a workbook around its cells: ECMA-376 part 1 (SpreadsheetML) and part 2 (packages).
import type { ZipMember } from '../../zip/pack.ts';

type Attributes = Record<string, string | number>;

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const officeRelations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Text as the format of a cell, plain or bold; the numbers of the styles below. */
export const styles = { text: 1, header: 2 };

export function sheetPath(at: number): string {
  return `xl/worksheets/sheet${at + 1}.xml`;
}

/** In this order: programs recognise a workbook by its first bytes. `tabs` need no escape. */
export function workbookParts(tabs: readonly string[]): ZipMember[] {
  return [
    { name: '[Content_Types].xml', content: declaration + contentTypes(tabs.length) },
    { name: '_rels/.rels', content: declaration + relationships([['officeDocument', 'xl/workbook.xml']]) },
    { name: 'xl/workbook.xml', content: declaration + workbook(tabs) },
    { name: 'xl/_rels/workbook.xml.rels', content: declaration + workbookRelationships(tabs.length) },
    { name: 'xl/styles.xml', content: declaration + styleSheet() },
  ];
}

function contentTypes(tabs: number): string {
  const part = (PartName: string, type: string) =>
    element('Override', { PartName, ContentType: `${spreadsheet}.${type}+xml` });
  const ofEnding = (Extension: string, ContentType: string) => element('Default', { Extension, ContentType });
  return element(
    'Types',
    { xmlns: `${packages}/content-types` },
    ofEnding('rels', 'application/vnd.openxmlformats-package.relationships+xml'),
    ofEnding('xml', 'application/xml'),
    part('/xl/workbook.xml', 'sheet.main'),
    part('/xl/styles.xml', 'styles'),
    ...Array.from({ length: tabs }, (_, at) => part(`/${sheetPath(at)}`, 'worksheet')),
  );
}

function workbook(tabs: readonly string[]): string {
  const sheets = tabs.map((name, at) => element('sheet', { name, sheetId: at + 1, 'r:id': `rId${at + 1}` }));
  return element('workbook', { xmlns: main, 'xmlns:r': officeRelations }, element('sheets', {}, ...sheets));
}

function workbookRelationships(tabs: number): string {
  const sheets = Array.from({ length: tabs }, (_, at): [string, string] => [
    'worksheet',
    sheetPath(at).replace('xl/', ''),
  ]);
  return relationships([...sheets, ['styles', 'styles.xml']]);
}

function relationships(targets: [type: string, target: string][]): string {
  const all = targets.map(([type, Target], at) =>
    element('Relationship', { Id: `rId${at + 1}`, Type: `${officeRelations}/${type}`, Target }),
  );
  return element('Relationships', { xmlns: `${packages}/relationships` }, ...all);
}

/** Programs expect a second fill and a named default style. Number format 49 is `@`: what is typed into such a cell stays text. */
function styleSheet(): string {
  const font = (...marks: string[]) =>
    element('font', {}, ...marks, element('sz', { val: 11 }), element('name', { val: 'Calibri' }));
  const fill = (patternType: string) => element('fill', {}, element('patternFill', { patternType }));
  const format = (numFmtId: number, fontId: number) =>
    element('xf', { numFmtId, fontId, fillId: 0, borderId: 0, applyNumberFormat: 1, applyFont: 1 });
  return element(
    'styleSheet',
    { xmlns: main },
    list('fonts', font(), font(element('b', {}))),
    list('fills', fill('none'), fill('gray125')),
    list('borders', element('border', {})),
    list('cellStyleXfs', format(0, 0)),
    list('cellXfs', format(0, 0), format(49, 0), format(49, 1)),
    list('cellStyles', element('cellStyle', { name: 'Normal', xfId: 0, builtinId: 0 })),
  );
}

function list(name: string, ...items: string[]): string {
  return element(name, { count: items.length }, ...items);
}

/** A worksheet before its rows: a frozen first row, and columns of these widths (in characters) with text as their format. */
export function sheetStart(widths: readonly number[]): string {
  const pane = { ySplit: 1, topLeftCell: 'A2', activePane: 'bottomLeft', state: 'frozen' };
  const columns = widths.map((width, at) =>
    element('col', { min: at + 1, max: at + 1, width, style: styles.text, customWidth: 1 }),
  );
  return [
    `${declaration}<worksheet xmlns="${main}">`,
    element('sheetViews', {}, element('sheetView', { workbookViewId: 0 }, element('pane', pane))),
    element('cols', {}, ...columns),
    '<sheetData>',
  ].join('');
}

/** `sqref`: all cells, such as `A1:N50`. Without `ignoredErrors`, Excel marks each text that looks like a number. */
export function sheetEnd(sqref: string): string {
  const ignored = element('ignoredError', { sqref, numberStoredAsText: 1 });
  return `</sheetData>${element('ignoredErrors', {}, ignored)}</worksheet>`;
}

/** Values and contents need no escape. */
function element(name: string, attributes: Attributes, ...content: string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  const start = `<${name}${list.join('')}`;
  return content.length === 0 ? `${start}/>` : `${start}>${content.join('')}</${name}>`;
}
