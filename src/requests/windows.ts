// The windows of the request figures, and the stored rows that make up each: minutes at its edge, then whole hours and days.
import type { Span, SpanPart } from '../log-store/request-stat-repository.ts';

export const windowNames = ['1h', '6h', '24h', '7d', '30d'] as const;
export type WindowName = (typeof windowNames)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const lengths: Record<WindowName, number> = {
  '1h': hourMs,
  '6h': 6 * hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs,
  '30d': 30 * dayMs,
};

/** The begin of a window: at a whole minute; at a whole hour beyond two days, for which no minutes are kept. */
export function startOf(name: WindowName, nowMs: number): number {
  const length = lengths[name];
  return floorTo(nowMs - length, length > 2 * dayMs ? hourMs : minuteMs);
}

/** Rows that begin after `nowMs` are left out: the clock was set back. */
export function partsOf(name: WindowName, nowMs: number): SpanPart[] {
  const from = startOf(name, nowMs);
  const end = nowMs + 1;
  const hours = Math.min(ceilTo(from, hourMs), end);
  const days = Math.min(ceilTo(from, dayMs), end);
  return [part(60, from, hours), part(3600, hours, days), part(86_400, days, end)].filter(
    ({ from, to }) => from < to,
  );
}

function part(span: Span, from: number, to: number): SpanPart {
  return { span, from, to };
}

function floorTo(ms: number, unit: number): number {
  return ms - (ms % unit);
}

function ceilTo(ms: number, unit: number): number {
  return floorTo(ms + unit - 1, unit);
}
