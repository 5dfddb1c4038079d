import t from 'tap';
import { contentHash, embeddedText } from '../../src/library/content.ts';

t.test('the text of an experience is title, playbook and context', (t) => {
  const entry = { kind: 'experience', title: 'Title', body: 'Playbook', note: 'Context' } as const;
  t.equal(embeddedText(entry), 'Title\nPlaybook\nContext');
  t.equal(embeddedText({ ...entry, note: null }), 'Title\nPlaybook');
  t.end();
});

t.test('the text of a manual is title, summary and content', (t) => {
  const entry = { kind: 'manual', title: 'Title', body: 'Content', note: 'Summary' } as const;
  t.equal(embeddedText(entry), 'Title\nSummary\nContent');
  t.equal(embeddedText({ ...entry, note: '' }), 'Title\nContent');
  t.end();
});

t.test('the content hash is the SHA-256 of the text in UTF-8', (t) => {
  t.equal(contentHash('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  t.equal(contentHash('ä'), '33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc');
  t.end();
});
