import t from 'tap';
import { createFrames } from '../../../src/web/stream/frames.ts';

t.test('a card that is too large is replaced by a note', async (t) => {
  const frames = createFrames('b');
  const frame = frames.ofCard('jobs', 1, 'x'.repeat(1024 * 1024 + 1)).toString();
  t.match(frame, /^event: jobs\nid: b-1\ndata: <p class="empty">This part is too large for live updates/);
  t.equal(frames.ofCard('jobs', 2, 'x').toString(), 'event: jobs\nid: b-2\ndata: x\n\n');
});

t.test('only the line ends of the protocol begin a new line of an event', async (t) => {
  const frame = createFrames('b').ofCard('jobs', 1, 'a\nb\r\nc\rd\u2028e\u2029f\u0085g');
  t.equal(
    frame.toString(),
    'event: jobs\nid: b-1\ndata: a\ndata: b\ndata: c\ndata: d\u2028e\u2029f\u0085g\n\n',
  );
});
