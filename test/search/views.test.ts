// The view models of the library pages, without a server.
import t from 'tap';
import { viewText } from '../../src/search/web/entry-text.ts';

t.test('Markdown is rendered, and a command or plain lines stay as they were written', (t) => {
  for (const [name, text] of [
    ['heading', '# am\n\n> Android activity manager.'],
    ['heading of another system', '# am\r\n\r\nText'],
    ['code block', 'Run\n```\nls\n```'],
    ['list', 'First:\n- one\n- two'],
    ['steps', '1. stop\n2. start'],
  ] as const)
    t.type(viewText(text, false).html, 'string', name);
  for (const [name, text] of [
    ['command', 'rm *.tmp *_old_* `cat list`'],
    ['comment', '# list all\nls -a'],
    ['option', '- one dash'],
    ['lines', 'one\ntwo'],
    ['empty', ''],
  ] as const)
    t.strictSame(viewText(text, false), { html: null, text, cut: null }, name);
  t.equal(viewText('- one\n- two', true).html, null, 'as text when the reader wants it');
  t.end();
});

t.test('a long text is not rendered, and a very long one is cut with its length', (t) => {
  const long = `# Title\n\n${'word '.repeat(4000)}`;
  t.strictSame(viewText(long, false), { html: null, text: long, cut: null });
  const { text, cut } = viewText(`${'a'.repeat(199_999)}🙂${'b'.repeat(100_000)}`, false);
  t.equal(text, 'a'.repeat(199_999), 'a character is not split');
  t.match(cut, /^The first 200,000 of 300,001 characters\./);
  t.end();
});
