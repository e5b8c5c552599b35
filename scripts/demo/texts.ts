import { relative } from 'node:path';
import { styleText } from 'node:util';
import { actionEntry } from '../../test/rig/runner.ts';
import { root } from '../root.ts';
import type { KeptRun } from './vacuum-run.ts';

/** A line that stands over a part of the demo. */
export function title(text: string): string {
  return `\n${styleText('bold', text)}\n`;
}

export const opening = `\
${styleText('bold', 'matchbook-maintenance: the action `vacuum` on a real server')}

Everything happens in a PostgreSQL server of its own, and on a stand-in for GitHub on this
machine; both are gone afterwards.
`;

export const database = `${title('The database `matchbook`, after months without care')}
• trades, events, order_history, candles_2026_06: many dead tuples
• orders: dead tuples too, but the transaction of a report may still need them
• audit_log: nothing but inserts; accounts: statistics out of date
• settlements, candles: no statistics at all; trades: an index that is invalid
• markets, deposits and the other candles: in good order, to be left alone
${title('The log of the job')}`;

/** What became of the run, where its files are, and how to go on. */
export function closing({ code, outputs, files }: KeptRun): string {
  const colour = code === 0 ? 'green' : 'red';
  const lines = Object.entries(files).map(([what, file]) => `${what.padEnd(8)} ${file}`);
  const script = relative(root, actionEntry('vacuum', 'main'));
  const url = 'INPUT_DATABASE-URL=postgres://user:password@host:5432/database';
  return `
The job would be ${styleText([colour, 'bold'], colour)}: outcome ${outputs['outcome']} \
(${outputs['reason']}), exit code ${code}.
${title('Kept for you')}
${lines.join('\n')}
${title('What it would do to a database of yours; it changes nothing')}
env '${url}' INPUT_DRY-RUN=true GITHUB_STEP_SUMMARY=summary.md \
node scripts/node24.mjs ${script}`;
}
