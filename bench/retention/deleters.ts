import { fileURLToPath } from 'node:url';
import { builtAction, type Client, peer } from '../clients.ts';
import { keep } from './events.ts';

const policy = `{table: public.events, column: created_at, keep: ${keep}, max-share: 100%}`;

/** A vacuum behind the deletion would be compared with nothing. */
const inputs = { policies: `[${policy}]`, 'dry-run': 'false', 'follow-up': 'none' };

export const action = builtAction('retention', inputs);

/** As fast as it can. */
export const unpaced: Client = {
  ...builtAction('retention', { ...inputs, pause: '0' }),
  name: 'action, pause 0',
};

const isExpired = `created_at < now() - interval '${keep}'`;

/** The command of the runbook. */
export const runbook = statement('DELETE', `DELETE FROM events WHERE ${isExpired}`);

/** What is written by hand in its place, and reads what it has deleted again each time. */
export const limitLoop = statement(
  'LIMIT loop',
  `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE ${isExpired} ORDER BY created_at LIMIT 2000)`,
  'loop',
);

export const deleters = [action, unpaced, runbook, limitLoop];

/** A statement from a process of its own, which can be killed, each time its own transaction. */
function statement(name: string, sql: string, how: 'once' | 'loop' = 'once'): Client {
  const script = fileURLToPath(new URL('sql-client.ts', import.meta.url));
  const again = how === 'loop' ? ', until it deletes nothing' : '';
  return {
    ...peer(process.execPath, [script, sql, how]),
    name,
    command: `${sql}${again}`,
  };
}
