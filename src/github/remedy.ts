import type { Finding } from '../core/finding.ts';
import { code, escapeMarkdown } from './escape.ts';
import type { Markdown } from './markdown.ts';

/** What to do about a finding; a command stands as code, so that it can be copied as it is. */
export function remedyOf({ remedy, fix }: Finding, maxCharacters: number): Markdown {
  if (fix === undefined || !remedy.startsWith(fix)) {
    return escapeMarkdown(remedy.slice(0, maxCharacters));
  }
  const rest = remedy.slice(fix.length).trim();
  const command = code(fix.slice(0, maxCharacters));
  return rest ? `${command} ${escapeMarkdown(rest.slice(0, maxCharacters))}` : command;
}
