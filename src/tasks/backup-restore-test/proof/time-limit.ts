import pg from 'pg';

const queryCanceled = '57014';

/**
 * Does something for one after the other, with a time limit for each statement. What
 * exceeds it gives null.
 */
export async function eachWithin<Item, Value>(
  client: pg.Client,
  timeoutMs: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<(Value | null)[]> {
  const values: (Value | null)[] = [];
  await setTimeLimit(client, timeoutMs);
  for (const item of items) {
    const value = await work(item).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && error.code === queryCanceled) return null;
      throw error;
    });
    values.push(value);
  }
  await setTimeLimit(client, 0);
  return values;
}

async function setTimeLimit(client: pg.Client, timeoutMs: number): Promise<void> {
  await client.query(`select set_config('statement_timeout', $1, false)`, [
    `${timeoutMs}ms`,
  ]);
}
