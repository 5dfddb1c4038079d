import t from 'tap';
import { formatTraceparent, readTraceparent } from '../../src/core/traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

t.test('a valid header is read; one of a later version may have more fields', async (t) => {
  const read = { traceId, parentId, isSampled: true };
  t.same(readTraceparent(`00-${traceId}-${parentId}-01`), read);
  t.same(readTraceparent(`00-${traceId}-${parentId}-00`), { ...read, isSampled: false });
  t.same(readTraceparent(`00-${traceId}-${parentId}-03`), read, 'only the first flag is known');
  t.same(readTraceparent(`cc-${traceId}-${parentId}-01`), read);
  t.same(readTraceparent(`cc-${traceId}-${parentId}-01-what-comes-next`), read);
});

t.test('an invalid header is ignored', async (t) => {
  const invalid = [
    '',
    'x',
    `${traceId}-${parentId}-01`,
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${traceId.slice(1)}-${parentId}-01`,
    `00-${traceId}-${parentId}a-01`,
    `00-${traceId}-${parentId}-1`,
    `00-${traceId}-${parentId}-01-more`,
    `cc-${traceId}-${parentId}-01more`,
    ` 00-${traceId}-${parentId}-01`,
    `00-${traceId}-${parentId}-01\n`,
    `00_${traceId}_${parentId}_01`,
  ];
  for (const header of invalid) t.equal(readTraceparent(header), null, JSON.stringify(header));
});

t.test('what is written can be read', async (t) => {
  for (const isSampled of [true, false]) {
    const header = formatTraceparent({ traceId, spanId: parentId, isSampled });
    t.same(readTraceparent(header), { traceId, parentId, isSampled });
  }
});
