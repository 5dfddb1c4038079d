import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createHomeShortener } from '../../src/core/home.ts';
import { makeFolder } from '../support/folder.ts';

t.test('the home folder of each path in a text becomes ~, and no other path changes', async (t) => {
  const shorten = createHomeShortener('/home/me');
  for (const [text, shown] of [
    ['/home/me', '~'],
    ['/home/me/data/a.json', '~/data/a.json'],
    ['from /home/me/a to “/home/me/b”.', 'from ~/a to “~/b”.'],
    ['The folder is /home/me.', 'The folder is ~.'],
    ['PATH=/home/me/bin:/home/me/x', 'PATH=~/bin:~/x'],
    ['at file:///home/me/a.js:3:1', 'at file://~/a.js:3:1'],
    ['{"msg":"a\\n/home/me/b"}', '{"msg":"a\\n~/b"}'],
  ] as const)
    t.equal(shorten(text), shown);
  for (const other of [
    '/home/meg',
    '/home/me.bak/a',
    '/home/me-2',
    '/mnt/home/me/a',
    '~/home/me',
    '/home/meé',
  ])
    t.equal(shorten(other), other);
});

t.test('without a home nothing is shortened', async (t) => {
  for (const none of [null, '', '/', 'relative'])
    t.equal(createHomeShortener(none)('/home/me and / here'), '/home/me and / here');
});

t.test('a linked home is known by both of its paths, whatever characters they have', async (t) => {
  const folder = makeFolder(t, { 'real (1)+': {} });
  fs.symlinkSync('real (1)+', path.join(folder, 'link'));
  const shorten = createHomeShortener(`${folder}/link/`);
  t.equal(shorten(`${folder}/link/a and ${folder}/real (1)+/b`), '~/a and ~/b');
});
