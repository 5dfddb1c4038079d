// The reference of the page bench: sends bytes that were made before. In {pages: {path: text}}; out {origin}.
import fastify from 'fastify';

process.once('message', async ({ pages }: { pages: Record<string, string> }) => {
  const app = fastify();
  for (const [path, text] of Object.entries(pages)) {
    const bytes = Buffer.from(text);
    app.get(path, (_request, reply) => reply.type('text/html; charset=utf-8').send(bytes));
  }
  process.send?.({ origin: await app.listen({ host: '127.0.0.1', port: 0 }) });
});
process.on('disconnect', () => process.exit());
