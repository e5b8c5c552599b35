import type { Session } from '../../postgres/session.ts';
import type { RetentionTarget } from './target.ts';

/** Does something that waits for each lock no longer than that, nor than `lock-timeout`. */
export async function withLockTimeout<Value>(
  mostMs: number,
  session: Session,
  { inputs }: Pick<RetentionTarget, 'inputs'>,
  work: () => Promise<Value>,
): Promise<Value> {
  const set = (ms: number) =>
    session.query(`select pg_catalog.set_config('lock_timeout', $1, false)`, [
      String(Math.ceil(ms)),
    ]);
  const lockTimeoutMs = inputs['lock-timeout'];
  await set(Math.min(mostMs, lockTimeoutMs));
  try {
    return await work();
  } finally {
    await set(lockTimeoutMs).catch(() => session.destroy());
  }
}
