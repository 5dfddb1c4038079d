// LibreOffice as a person uses it, without its window: it opens CSV files whose columns are text, and saves and reads workbooks.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseCsv } from '../../src/csv/csv.ts';
import { tabs } from '../../src/sheets/tabs.ts';

/** The tokens of its CSV filter: commas, double quotes, UTF-8, from line 1. */
const csv = 'Text - txt - csv (StarCalc):44,34,76,1';
const columnsOfText = Array.from({ length: 30 }, (_, at) => `${at + 1}/2`).join('/');
/** Quoted texts, cells as they are shown, and a file for each tab. */
const everyTab = `csv:${csv},,0,true,true,false,false,false,-1`;

export function createLibreOffice(command: string, work: string) {
  const profile = `-env:UserInstallation=file://${path.join(work, 'profile')}`;
  const convert = (files: string[], folder: string, to: string, ...options: string[]) => {
    const args = [profile, '--headless', ...options, '--convert-to', to, '--outdir', folder, ...files];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    // It ends with 0 when it cannot read a file.
    const said = `${stdout}${stderr}`.split('\n').find((line) => line.startsWith('Error'));
    if (status !== 0 || said) throw new Error(`${command} ended with ${status}: ${said ?? stderr.trim()}`);
  };

  return {
    /** Makes one workbook of the three CSV files of a sheet; returns its path. */
    makeWorkbook(sheet: string, name: string): string {
      const folder = path.join(work, name);
      fs.mkdirSync(folder);
      const files = tabs.map(({ file }) => path.join(sheet, file));
      convert(files, folder, 'fods', `--infilter=${csv},${columnsOfText}`);
      const joined = path.join(folder, 'library.fods');
      fs.writeFileSync(joined, joinTabs(folder));
      convert([joined], folder, 'xlsx');
      return path.join(folder, 'library.xlsx');
    },

    /** Opens a workbook and saves it as another. */
    saveAgain(workbook: string, name: string): string {
      const folder = path.join(work, name);
      fs.mkdirSync(folder);
      convert([workbook], folder, 'xlsx');
      return path.join(folder, path.basename(workbook));
    },

    /** The cells of each tab, in the order of the tabs. */
    readCells(workbook: string): string[][][] {
      const { dir, name } = path.parse(workbook);
      convert([workbook], dir, everyTab);
      return tabs.map(
        (tab) => parseCsv(fs.readFileSync(path.join(dir, `${name}-${tab.name}.csv`)), ',').records,
      );
    },
  };
}

/** LibreOffice opens a CSV file as a document of one tab. Flat XML documents can be joined as texts: the tabs of the others go
 *  into the first, which has the styles that all of them use. */
function joinTabs(folder: string): string {
  const end = '</table:table>';
  const documents = tabs.map(({ name, file }) => {
    const { name: own } = path.parse(file);
    const text = fs.readFileSync(path.join(folder, `${own}.fods`), 'utf8');
    return text.replace(`<table:table table:name="${own}"`, `<table:table table:name="${name}"`);
  });
  const [first = '', ...others] = documents;
  const tables = others.map((text) =>
    text.slice(text.indexOf('<table:table '), text.lastIndexOf(end) + end.length),
  );
  const at = first.lastIndexOf(end) + end.length;
  return `${first.slice(0, at)}${tables.join('')}${first.slice(at)}`;
}
