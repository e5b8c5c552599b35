import { styleText } from 'node:util';
import { formatSeconds } from '../../src/core/units.ts';
import { pad, widthOf } from './text-width.ts';

interface Bar {
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
}

const longestBar = 60;

/** Renders the Mermaid chart of a summary: a line for each bar. */
export function renderTimeline(source: readonly string[], width: number): string[] {
  const bars = source.flatMap(barOf);
  const startMs = Math.min(...bars.map((bar) => bar.startMs));
  const spanMs = Math.max(...bars.map((bar) => bar.endMs)) - startMs;
  const labelWidth = Math.max(...bars.map(({ label }) => widthOf(label)));
  const room = Math.max(10, Math.min(longestBar, width - labelWidth - 14));
  const columns = (ms: number) => Math.round((ms / Math.max(1, spanMs)) * room);
  return bars.map((bar) => {
    const from = Math.min(columns(bar.startMs - startMs), room - 1);
    const length = Math.max(1, columns(bar.endMs - startMs) - from);
    const line = pad(' '.repeat(from) + '█'.repeat(length), room);
    const seconds = formatSeconds((bar.endMs - bar.startMs) / 1000);
    return `${pad(bar.label, labelWidth)}  ${styleText('green', line)}  ${seconds}`;
  });
}

/** `· public.trades :done, s0, 1795500898527, 1795500898555`, times in milliseconds. */
function barOf(line: string): Bar[] {
  const found = /^\s*(?:· )?(.+) :(?:.*, )?s\d+, (\d+), (\d+)$/.exec(line);
  if (!found) return [];
  const [, label = '', start, end] = found;
  return [{ label, startMs: Number(start), endMs: Number(end) }];
}
