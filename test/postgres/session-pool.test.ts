import { expect, test } from 'vitest';
import type { Session } from '../../src/postgres/session.ts';
import { SessionPool } from '../../src/postgres/session-pool.ts';

const session = () => ({ broken: false }) as Session;

function poolWithRoomFor(room: number): SessionPool {
  let open = 0;
  return new SessionPool(async () => {
    await null;
    if (open === room) throw new Error('no room');
    open++;
    return session();
  });
}

test('a session that is given back is handed out again', async () => {
  const pool = poolWithRoomFor(1);
  const first = await pool.take();
  await first[Symbol.asyncDispose]();
  expect((await pool.take()).session).toBe(first.session);
});

test('who finds no room waits for the one beside him, however many they are', async () => {
  const pool = poolWithRoomFor(1);
  const used: Session[] = [];
  const work = async () => {
    await using held = await pool.take();
    used.push(held.session);
    await null;
  };
  await Promise.all(Array.from({ length: 5 }, work));
  expect(new Set(used).size).toBe(1);
  expect(used).toHaveLength(5);
});

test('where there is no room at all, everybody is told', async () => {
  const pool = poolWithRoomFor(0);
  const taken = await Promise.allSettled([pool.take(), pool.take(), pool.take()]);
  expect(taken.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

test('a session that broke is not handed out again', async () => {
  const pool = poolWithRoomFor(2);
  const first = await pool.take();
  Object.assign(first.session, { broken: true });
  await first[Symbol.asyncDispose]();
  expect((await pool.take()).session).not.toBe(first.session);
});
