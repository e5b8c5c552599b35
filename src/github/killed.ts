import { appendFileSync } from 'node:fs';
import { actionLog } from './action-log.ts';
import { escapeMarkdown } from './escape.ts';

/**
 * Reports what is known of a main step that was killed before it could report: how far it
 * had come, and what was found of it on the target.
 */
export function reportKilled(task: string, known: string, found: string): void {
  actionLog.warning(
    `The main step of ${task} was killed before it could report. ${known} ${found}`,
  );
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  const lines = [
    `## 🛑 ${task}: killed before it could report`,
    escapeMarkdown(known),
    escapeMarkdown(found),
  ];
  appendFileSync(file, `${lines.join('\n\n')}\n`);
}
