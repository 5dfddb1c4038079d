import t from 'tap';
import { ownHosts } from '../../src/core/host.ts';

t.test('a server on the default port is also asked without a port', async (t) => {
  t.same(ownHosts(8000), ['127.0.0.1:8000', 'localhost:8000', '[::1]:8000']);
  t.ok(ownHosts(80).includes('localhost') && ownHosts(80).includes('localhost:80'));
});
