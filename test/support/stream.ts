// A reader of the live stream that parses events and waits for one.
import http from 'node:http';

type StreamEvent = { event: string; id: string | null; data: string };

const waitMaxMs = 10_000;

export async function openStream(origin: string, path: string, headers: Record<string, string> = {}) {
  const events: StreamEvent[] = [];
  const waiting = new Set<() => void>();
  let isOver = false;
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(origin + path, { headers, agent: false }, resolve).on('error', reject);
  });
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    events.push(...blocks.map(readEvent).filter((event) => event.event !== ''));
    for (const look of waiting) look();
  });
  response.on('close', () => {
    isOver = true;
    for (const look of waiting) look();
  });
  response.on('error', () => {});

  /** Resolves with the first matching event at or after index `from`. */
  function until(matches: (event: StreamEvent) => boolean, from = 0): Promise<StreamEvent> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        settle();
      };
      const seen = () => events.map(({ event }) => event).join(', ');
      const timer = setTimeout(
        () => end(() => reject(new Error(`no such event; seen: ${seen()}`))),
        waitMaxMs,
      );
      const look = () => {
        const found = events.slice(from).find(matches);
        if (found) end(() => resolve(found));
        else if (isOver) end(() => reject(new Error(`the stream ended; seen: ${seen()}`)));
      };
      waiting.add(look);
      look();
    });
  }

  return {
    status: response.statusCode,
    headers: response.headers,
    events,
    until,
    /** Resolves when the server ends the stream. */
    ended: () => new Promise<void>((resolve) => (isOver ? resolve() : response.once('close', resolve))),
    close: () => response.destroy(),
  };
}

function readEvent(block: string): StreamEvent {
  const lines = block.split('\n');
  const field = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  return { event: field('event')[0] ?? '', id: field('id')[0] ?? null, data: field('data').join('\n') };
}
