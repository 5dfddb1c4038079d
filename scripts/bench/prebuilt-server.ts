// The reference of the page bench: sends prebuilt bytes. Receives {pages: {path: text}}, sends {origin}.
import fastify from 'fastify';

process.once('message', (message: { pages: Record<string, string> }) => void serve(message));
process.on('disconnect', () => process.exit());

async function serve({ pages }: { pages: Record<string, string> }) {
  const app = fastify();
  for (const [path, text] of Object.entries(pages)) {
    const bytes = Buffer.from(text);
    app.get(path, (_request, reply) => reply.type('text/html; charset=utf-8').send(bytes));
  }
  process.send?.({ origin: await app.listen({ host: '127.0.0.1', port: 0 }) });
}
