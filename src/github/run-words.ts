import type { Outcome } from '../core/outcome.ts';
import type { Result } from '../core/result-schema.ts';
import { formatSeconds, formatTime } from '../core/units.ts';
import { escapeMarkdown } from './escape.ts';
import { shorten } from './log/fit.ts';
import type { Markdown } from './markdown.ts';

/** The sign of each outcome, for the eye. */
export const marks: Record<Outcome, string> = {
  succeeded: '✅',
  'nothing-to-do': '✅',
  incomplete: '⚠️',
  attention: '🔶',
  blocked: '⛔',
  failed: '❌',
  cancelled: '🛑',
};

/** How a run ended, in two words. */
export function ending({ outcome, reason }: Pick<Result, 'outcome' | 'reason'>): string {
  return `${marks[outcome]} ${outcome} — ${reason.replaceAll('-', ' ')}`;
}

/** What a run came to, in its own words. */
export function verdict({ message }: Result): Markdown {
  const lines = shorten(message, 2000).split('\n').filter(Boolean);
  const [first = '', ...others] = lines.map((line) => line.replace(/^- /, ''));
  const list = others.map((line) => `- ${escapeMarkdown(line)}`);
  return [`**${escapeMarkdown(first)}**`, ...(list.length > 0 ? ['', ...list] : [])].join(
    '\n',
  );
}

/** How long a run took. */
export function took(times: Pick<Result, 'startedAt' | 'finishedAt'>): string {
  const milliseconds = Date.parse(times.finishedAt) - Date.parse(times.startedAt);
  return formatSeconds(Math.max(0, milliseconds) / 1000);
}

/** A time with its date: what is written down is read on other days. */
export function dated(time: string): string {
  return formatTime(new Date(time), new Date(0));
}

/** A link, where the address is one; else the text alone. */
export function link(text: Markdown, url: string | null): Markdown {
  return url && /^https?:\/\/[\w./:#?=&%~-]+$/.test(url) ? `[${text}](${url})` : text;
}
