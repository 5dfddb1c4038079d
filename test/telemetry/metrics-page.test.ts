import { randomUUID } from 'node:crypto';
import t from 'tap';
import { logStore } from '../../src/log-store/feature.ts';
import { boundLabel } from '../../src/jobs/web/metrics.ts';
import { runAndAwaitEvent, startApp, type TestApp, untilStreams } from '../support/app.ts';
import { parseExposition } from '../support/exposition.ts';
import { sendMany } from '../support/many-requests.ts';
import { openStream } from '../support/stream.ts';

/** The number of each series by its name and labels: `name{label="value"}`. */
async function scrape(app: TestApp): Promise<Map<string, number>> {
  const answer = await fetch(`${app.origin}/metrics`);
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const families = parseExposition(await answer.text());
  const samples = [...families.values()].flatMap((family) => family.samples);
  return new Map(samples.map(({ name, labels, value }) => [name + inBraces(labels), value]));
}

function inBraces(labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return parts.length > 0 ? `{${parts.join(',')}}` : '';
}

t.test('jobs, requests and the newest sample are in the format of Prometheus', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop', CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  await runAndAwaitEvent(app, 'export');
  await runAndAwaitEvent(app, 'export');
  await app.page('/nothing/here');
  await app.page(`/jobs/1`);
  await app.parts.telemetry.runOnce();
  const values = await scrape(app);
  t.equal(values.get('chl_jobs_total{operation="export",status="succeeded"}'), 2);
  t.equal(values.get('chl_job_duration_seconds_count{operation="export",outcome="succeeded"}'), 2);
  t.equal(
    values.get('chl_http_requests_total{method="POST",route="/api/v1/operations/:operation",status="2xx"}'),
    2,
  );
  t.equal(values.get('chl_http_requests_total{method="GET",route="/jobs/:number",status="2xx"}'), 1);
  t.equal(values.get('chl_http_requests_total{method="GET",route="none",status="4xx"}'), 1);
  const page = 'method="GET",route="/jobs/:number",status="2xx"';
  t.equal(values.get(`chl_http_request_duration_seconds_count{${page}}`), 1);
  t.equal(values.get(`chl_http_request_duration_seconds_bucket{le="+Inf",${page}}`), 1);
  t.ok((values.get(`chl_http_request_duration_seconds_sum{${page}}`) ?? 0) > 0);
  t.equal(values.get('chl_log_lines_dropped_total'), 0);
  t.equal(values.get('chl_log_measures_dropped_total'), 0);
  t.equal(values.get('chl_queue_entries{kind="manual",state="pending"}'), 0);
  t.equal(values.get('chl_index_entries{state="fresh"}'), 0);
  t.equal(values.get('chl_streams'), 0);
  t.ok((values.get('process_resident_memory_bytes') ?? 0) > 1e7);
  t.ok((values.get('process_cpu_seconds_total') ?? 0) > 0);
  t.ok([...values.keys()].some((key) => key.startsWith('chl_build_info{') && key.includes('mode="noop"')));
  t.equal(values.get('chl_workers{state="lost"}'), 0);
});

t.test('the number of label values is bounded, however many operations exist', async (t) => {
  const bounded = boundLabel(2);
  t.same(['a', 'b', 'c', 'a', 'd'].map(bounded), ['a', 'b', 'other', 'a', 'other']);
});

t.test('the number of series does not grow with addresses that nobody knows', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop', CHL_TELEMETRY_INTERVAL_SEC: '3600' } });
  await app.use(logStore).logStore.tend();
  const unknown = (i: number) => (i % 2 === 0 ? `/${randomUUID()}?${randomUUID()}` : `/jobs/${randomUUID()}`);
  await sendMany(app.origin, 10, unknown);
  await scrape(app);
  const before = await scrape(app);
  await sendMany(app.origin, 10_000, unknown);
  const after = await scrape(app);
  const added = [...after.keys()].filter((key) => !before.has(key));
  t.same(added, []);
  const series = 'chl_http_requests_total{method="GET",route="none",status="4xx"}';
  t.equal((after.get(series) ?? 0) - (before.get(series) ?? 0), 5000);
});

t.test('files of pages are one route, and a stream has no duration', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { html } = await app.page('/jobs');
  const script = html.querySelector('script[src]')?.getAttribute('src') ?? '';
  await (await fetch(app.origin + script)).arrayBuffer();
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  await stream.until(({ event }) => event !== '');
  stream.close();
  await untilStreams(app, 0);
  const values = await scrape(app);
  const count = (route: string) =>
    values.get(`chl_http_request_duration_seconds_count{method="GET",route="${route}",status="2xx"}`);
  t.equal(count('/assets/*'), 1);
  t.equal(count('/ui/stream/telemetry'), undefined);
});

t.test('/metrics, /health and /livez are described', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { paths } = (await app.json('/api/v1/openapi.json')).body;
  for (const path of ['/metrics', '/health', '/livez']) t.ok(paths[path]?.get?.summary, path);
  t.ok(paths['/metrics'].get.responses[200].content['text/plain']);
});
