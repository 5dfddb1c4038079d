// Keeps the requests that were traced, were slow or have failed. A slow or failed one that was not traced is kept with its
// route and its time.
import type { AnsweredRequest } from '../core/answered-request.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Span } from '../core/trace.ts';
import type { LogStore } from '../log-store/log-store.ts';
import type { KeptBecause } from '../log-store/trace-repository.ts';

type Given = Pick<Kernel, 'config' | 'redactor' | 'tracing'> & { logStore: Pick<LogStore, 'add'> };

export function keepAnswered({ config, redactor, tracing, logStore }: Given) {
  return (answered: AnsweredRequest) => {
    const { context = null, trace = null } = tracing.end(answered.id) ?? {};
    const kept = whyKept(answered, config.slowRequestMs, trace !== null);
    if (!kept) return;
    const { id, at, method, route, address, status, ms, actor } = answered;
    logStore.add('traces', {
      id,
      at,
      method,
      route,
      address: redactor.record(address),
      status,
      ms,
      kept,
      is_traced: trace !== null,
      left_out: trace?.leftOut ?? 0,
      trace_id: context?.traceId ?? null,
      parent_id: context?.parentId ?? null,
      actor,
      bytes: answered.bytes,
      job: null,
      spans: (trace?.spans ?? []).map((span) => ({ ...span, us: withinRequest(span, ms), calls: 1 })),
    });
  };
}

/** Parts that were open at the end were measured after the request. */
function withinRequest({ start_us, us }: Pick<Span, 'start_us' | 'us'>, ms: number): number {
  return Math.min(us, Math.max(0, Math.round(ms * 1000) - start_us));
}

/** A stream or a transfer is never slow: it lasts as long as its reader wants. A picked stream is not kept. */
function whyKept(
  { kind, ms, status }: Pick<AnsweredRequest, 'kind' | 'ms' | 'status'>,
  slowMs: number,
  isTraced: boolean,
): KeptBecause | null {
  if (status >= 500) return 'failed';
  if (kind === 'request' && ms >= slowMs) return 'slow';
  return isTraced && kind !== 'stream' ? 'sampled' : null;
}
