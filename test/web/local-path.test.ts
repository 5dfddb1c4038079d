import t from 'tap';
import { localPath } from '../../src/web/local-path.ts';

t.test('a way back stays on this site', async (t) => {
  for (const here of ['/jobs', '/jobs?a=//b', '/a//b', '/%2e%2e/x'])
    t.not(localPath(here, '/home'), '/home', here);
  const elsewhere = [
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    '/..//evil.test/x',
    '/.//evil.test',
    '/%2e//evil.test',
    '/a/..//evil.test',
    '/..\\\\evil.test',
    'https://evil.test',
    '',
  ];
  for (const back of elsewhere) t.equal(localPath(back, '/home'), '/home', JSON.stringify(back));
});
