import { appendFileSync } from 'node:fs';
import { actionLog } from './action-log.ts';
import { escapeMarkdown } from './escape.ts';

/**
 * Reports what `post` has found of a main step on the target.
 *
 * @param known how far the main step had come, where it was killed before it could report
 *   that; `null` where it has reported, and could not clean up
 */
export function reportSwept(task: string, known: string | null, found: string): void {
  actionLog.warning(
    known === null
      ? `The main step of ${task} could not clear everything away. ${found}`
      : `The main step of ${task} was killed before it could report. ${known} ${found}`,
  );
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  const lines = [
    `## 🛑 ${task}: ${known === null ? 'cleared away afterwards' : 'killed before it could report'}`,
    ...(known === null ? [] : [escapeMarkdown(known)]),
    escapeMarkdown(found),
  ];
  appendFileSync(file, `${lines.join('\n\n')}\n`);
}
