import fs from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { argumentKeywords, checkArguments } from '../../src/core/check-arguments.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import type { Claim } from '../../src/jobs/job.ts';
import { type Args, type Dialog, joinOptionLists, type Operation } from '../../src/core/operation.ts';
import { firstSources } from '../../src/core/sheet-source.ts';
import { claimsOfLevel } from '../../src/window-store/window.ts';
import { openRoot } from '../support/library.ts';
import { defineOperation } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

const catalogue = createCatalogue(declaredOperations);

/** Arguments that reach every branch of a definition: each choice and each checkbox, alone and all together. */
function variants({ args }: Operation): Args[] {
  const choices = Object.entries(args.properties).map(([name, property]) => {
    if (property.type === 'boolean') return [{ [name]: false }, { [name]: true }];
    if (property.enum) return property.enum.map((value) => ({ [name]: value }));
    if (property.type === 'integer') return [{}, { [name]: property.minimum ?? 1 }];
    if (property.options) return [{ [name]: 'published' }, { [name]: 'review' }];
    return [{}, { [name]: 'some-text' }];
  });
  return choices.reduce<Args[]>(
    (all, some) => all.flatMap((one) => some.map((other) => ({ ...one, ...other }))),
    [{}],
  );
}

const isSentence = (text: string) =>
  /^\p{Lu}.*[.?]$/su.test(text) && !/[!\n]|please|oops|successfully/i.test(text);

t.test('the catalogue lists operations and finds them by name', async (t) => {
  t.ok(catalogue.all().length >= 3);
  for (const operation of catalogue.all()) t.equal(catalogue.get(operation.name), operation);
  t.equal(catalogue.find('unheard-of'), null);
  t.throws(() => catalogue.get('unheard-of'), {
    code: 'not_found',
    message: /^There is no operation "unheard-of"\. Known: import, /,
  });
  for (const name of ['__proto__', 'constructor', '../index', 'import;id', ''])
    t.equal(catalogue.find(name), null);
});

t.test('two operations of the same name are refused', async (t) => {
  t.throws(() => createCatalogue([defineOperation(), defineOperation()]), /same name/);
});

/** Checks that the text has no missing value. */
const isFilled = (text: string) => !/undefined|null|NaN|\n/.test(text);

for (const operation of catalogue.all()) {
  const { name, args: schema } = operation;
  const defaults = checkArguments(schema, {});

  t.test(`${name}: its name is kebab-case, and it has all texts`, async (t) => {
    t.match(name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const word of [operation.title, operation.verb]) t.match(word, /^\p{Lu}[^.!?]*[^.!?\s]$/u);
    for (const text of [operation.summary, operation.description, operation.cancelNote])
      t.ok(isSentence(text), text);
    const icons = fs.readFileSync(path.join(packageRoot, 'views/shared/icons.eta'), 'utf8');
    t.match(icons, new RegExp(`\\b${operation.icon}\\b`), 'its icon is drawn');
  });

  t.test(`${name}: its arguments are a strict schema, each with a title and a usable default`, async (t) => {
    const ajv = new Ajv({ strict: true, formats: { date: true, sheet: true } });
    ajv.addVocabulary(argumentKeywords);
    t.ok(ajv.compile(schema)(defaults), 'the defaults are valid');
    t.equal(schema.additionalProperties, false);
    for (const [field, property] of Object.entries(schema.properties)) {
      t.match(field, /^[a-z][a-z_]*$/);
      t.notOk(
        ['reason', 'confirm', 'when_locked'].includes(field),
        `${field} is not a field of the form itself`,
      );
      t.match(property.title, /^\p{Lu}[^.]*$/u, `${field} has a title`);
      if (property.description !== undefined) t.ok(isSentence(property.description), property.description);
      if (property.labels)
        t.equal(property.labels.length, property.enum?.length, `${field} words each choice`);
      if (property.type === 'boolean' && !property.derived)
        t.type(property.default, 'boolean', `${field} is a box that is ticked or not`);
      if (property.enum && !property.unset)
        t.ok(property.enum.includes(String(property.default)), `${field} begins with a choice`);
      if (property.type === 'string' && !property.enum) t.ok(property.maxLength, `${field} has a limit`);
    }
  });

  t.test(`${name}: danger, word and dialog agree for all arguments`, async (t) => {
    const isWhole = ({ question, consequences, confirm, keep }: Dialog) =>
      /^\p{Lu}.*\?$/u.test(question) &&
      consequences.length > 0 &&
      consequences.every(isSentence) &&
      [confirm, keep].every((word) => /^\p{Lu}[^.!?]+$/u.test(word)) &&
      confirm !== keep &&
      isFilled([question, ...consequences, confirm, keep].join());
    const all = [defaults, ...variants(operation)];
    t.same(
      all.map((args) => operation.dialog(args)).filter((dialog) => !isWhole(dialog)),
      [],
    );
    const levels = new Set(all.map((args) => operation.danger(args)));
    t.same(
      [...levels].filter((level) => !['safe', 'costly', 'destructive'].includes(level)),
      [],
    );
    const word = levels.has('destructive') ? /^[a-z]{3,}$/ : /^null$/;
    t.match(String(operation.confirmWord), word, 'a word where something can be destroyed, and only there');
  });

  t.test(`${name}: it claims locks that can be held`, async (t) => {
    const isValid = ({ name, mode }: Claim) =>
      ['shared', 'exclusive'].includes(mode) && /^([a-z]+(:\S+)?|\*)$/.test(name);
    const canBeHeld = (claims: Claim[]) =>
      claims.length > 0 &&
      claims.every(isValid) &&
      new Set(claims.map((claim) => claim.name)).size === claims.length;
    t.same(
      variants(operation)
        .map((args) => operation.locks(args))
        .filter((claims) => !canBeHeld(claims)),
      [],
    );
  });

  t.test(`${name}: a run with a window holds the claims of its level, and has one attempt`, async (t) => {
    for (const args of variants(operation)) {
      const level = operation.window?.(args) ?? null;
      if (level === null) continue;
      t.same(operation.locks(args), claimsOfLevel[level]);
      t.match(operation, { retries: { maxAttempts: 1 }, onRestart: 'fail' });
    }
  });

  t.test(`${name}: it describes its subject and its outcome`, async (t) => {
    const subjects = variants(operation).map((args) => operation.subject(args));
    t.same(
      subjects.filter((subject) => subject === '' || !isFilled(subject)),
      [],
    );
    const everything = new Proxy({}, { get: (_, key) => (key === 'dry_run' ? false : 1234) });
    const outcome = operation.outcome(everything);
    t.ok(isSentence(outcome.replace(/^\p{Nd}/u, 'N')), outcome);
    t.match(outcome, '1,234');
  });

  t.test(`${name}: its limits and retries are within reason`, async (t) => {
    const { maxAttempts, delayMs, backoff } = operation.retries;
    t.ok(Number.isInteger(maxAttempts) && maxAttempts >= 1 && delayMs >= 0 && backoff >= 1);
    t.ok(operation.hardLimitMs === null || operation.hardLimitMs >= 1000);
    t.ok(['fail', 'requeue'].includes(operation.onRestart));
  });

  t.test(`${name}: its script is there, written and compiled`, async (t) => {
    t.match(operation.script, /^[a-z0-9-]+$/);
    t.ok(fs.existsSync(path.join(packageRoot, 'scripts', `${operation.script}.ts`)));
    t.ok(fs.existsSync(path.join(packageRoot, 'dist/scripts', `${operation.script}.js`)));
  });
}

t.test('an option list that no feature declares is reported', async (t) => {
  const list = () => [];
  const declared = [
    { sources: list, categories: list },
    { undoable: list, restorable: list, testable: list },
  ];
  t.throws(() => joinOptionLists(declared), { message: /declares the option list origins/ });
  t.ok(joinOptionLists([...declared, { origins: list }]).origins);
});

t.test('all ways to name the same sheet claim the same lock', async (t) => {
  const { config } = openRoot(t, { CHL_EXPERIENCE_ROOT: makeFolder(t, { sheets: { other: {} } }) });
  fs.symlinkSync('review', path.join(config.root, 'sheets/linked'));
  fs.symlinkSync('loop', path.join(config.root, 'sheets/loop'));
  const exportLibrary = catalogue.get('export');
  const jobs = { find: () => null, succeededWith: () => [], lastSuccesses: () => [] };
  const link = (name: string) => ({ name, kind: 'folder' as const, place: `sheets/${name}`, tabs: null });
  const all = [...firstSources, link('linked'), link('loop')];
  const sources = {
    all: () => all,
    find: (name: string) => all.find((source) => source.name === name) ?? null,
  };
  const locks = (args: Args) =>
    exportLibrary
      .locks(exportLibrary.check?.(args, config, { jobs, sources }) ?? args)
      .map(({ name }) => name);
  const review = locks({ target: 'review' });
  const absolute = path.join(config.root, 'sheets/review');
  for (const same of ['sheets/review', './sheets/review/', 'sheets//x/../review', 'sheets/linked', absolute])
    t.same(locks({ path: same }), review, same);
  t.same(locks({ target: 'linked' }), review, 'a named sheet that is a link');
  t.throws(() => locks({ target: 'loop' }), {
    code: 'invalid_arguments',
    details: { problems: [{ field: 'target', message: /^“sheets\/loop” cannot be opened \(ELOOP\)/ }] },
  });
  t.notSame(locks({ target: 'published' }), review);
  t.notSame(locks({ path: 'sheets/other' }), review);
});
