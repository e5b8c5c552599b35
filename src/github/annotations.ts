import * as core from '@actions/core';
import { type Finding, isAtOrAbove } from '../core/finding.ts';
import { type FailOn, isRed } from '../core/outcome.ts';
import type { Result } from '../core/result-schema.ts';
import { escapeLogLine, escapeLogText } from './escape.ts';

/** The runner shows ten of a kind in a step, and 4,096 characters of each. */
const maxKinds = 8;
const maxCharacters = 4000;

/**
 * Writes the annotations of a run: one for how it ended, if that is not well, and one for
 * each kind of finding, however many there are of it.
 */
export function annotate(result: Result, failOn: FailOn): void {
  const title = escapeLogLine(`${result.task}: ${result.outcome} (${result.reason})`);
  if (isRed(result.outcome)) core.error(cut(result.message), { title });
  if (result.outcome === 'incomplete' || result.outcome === 'cancelled') {
    core.warning(cut(result.message), { title });
  }
  const kinds = Map.groupBy(result.findings, ({ code }) => code);
  for (const [code, findings] of [...kinds].slice(0, maxKinds)) {
    const title = escapeLogLine(code);
    const [first] = findings as [Finding, ...Finding[]];
    const more =
      findings.length > 1 ? ` (and ${findings.length - 1} more of this kind)` : '';
    const text = cut(`${first.message}${more} ${first.remedy}`);
    if (isAtOrAbove(first.severity, failOn)) core.error(text, { title });
    else if (first.severity === 'info') core.notice(text, { title });
    else core.warning(text, { title });
  }
}

/** Cut first, for the text may be huge. */
function cut(whole: string): string {
  const text = escapeLogText(whole.slice(0, maxCharacters + 1));
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
}
