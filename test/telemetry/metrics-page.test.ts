import t from 'tap';
import { boundLabel } from '../../src/jobs/web/metrics.ts';
import { runAndAwaitEvent, startApp, type TestApp } from '../support/app.ts';

/** Every line of the text, as `name{label="value"}` → number; comments must name a metric. */
async function scrape(app: TestApp): Promise<Map<string, number>> {
  const answer = await fetch(`${app.origin}/metrics`);
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const values = new Map<string, number>();
  for (const line of (await answer.text()).split('\n').filter(Boolean)) {
    if (line.startsWith('#')) {
      t.match(line, /^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))$/);
      continue;
    }
    const [, key = '', value = ''] = /^([a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (\S+)$/.exec(line) ?? [];
    t.ok(key && Number.isFinite(Number(value)), line);
    values.set(key, Number(value));
  }
  return values;
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
  t.equal(values.get('chl_job_duration_seconds_count{operation="export"}'), 2);
  t.equal(
    values.get('chl_http_requests_total{method="POST",route="/api/v1/operations/:operation",status="2xx"}'),
    2,
  );
  t.equal(values.get('chl_http_requests_total{method="GET",route="/jobs/:number",status="2xx"}'), 1);
  t.equal(values.get('chl_http_requests_total{method="GET",route="none",status="4xx"}'), 1);
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
