import pg from 'pg';

const queryCanceled = '57014';

/** Does something with a time limit a statement. Returns null where it was exceeded. */
export async function withinTimeLimit<Value>(
  client: pg.Client,
  timeoutMs: number,
  work: () => Promise<Value>,
): Promise<Value | null> {
  await setTimeLimit(client, timeoutMs);
  try {
    return await work();
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === queryCanceled) return null;
    throw error;
  } finally {
    await setTimeLimit(client, 0);
  }
}

async function setTimeLimit(client: pg.Client, timeoutMs: number): Promise<void> {
  await client.query(`select set_config('statement_timeout', $1, false)`, [
    `${Math.round(timeoutMs)}ms`,
  ]);
}
