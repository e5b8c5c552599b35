import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Slots } from '../../src/registries/slots.ts';
import { startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

test('so many run at once, and the others follow in their order', async () => {
  const slots = new Slots(2);
  const begun: number[] = [];
  const ends = [0, 1, 2, 3].map((number) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const held = slots.hold(signal, () => {
      begun.push(number);
      return promise;
    });
    return { resolve, reject, held };
  });
  await setImmediate();
  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve();
  await setImmediate();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.reject(new Error('failed'));
  await expect(ends[0]?.held).rejects.toThrow('failed');
  await setImmediate();
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('who waits when the run is cancelled does not begin', async () => {
  const run = new AbortController();
  const slots = new Slots(1);
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = slots.hold(run.signal, () => promise);
  const second = slots.hold(run.signal, () => Promise.resolve('begun'));
  run.abort(new Error('cancelled'));
  resolve('done');
  expect(await first).toBe('done');
  await expect(second).rejects.toThrow('cancelled');
  expect(await slots.hold(signal, () => Promise.resolve('free'))).toBe('free');
});

test('a client has so many for all hosts', async () => {
  const { promise: firstIsOpen, resolve } = Promise.withResolvers<void>();
  const answered: string[] = [];
  await using slow = await startRegistryServer({
    '/a': async () => {
      resolve();
      // The other host would have answered by the time that it is asked again itself.
      await fetch(`${other.url}/probe`);
      answered.push('slow');
      return {};
    },
  });
  await using other = await startRegistryServer({
    '/probe': {},
    '/a': () => {
      answered.push('other');
      return {};
    },
  });
  const http = quickHttp({ concurrency: 1 });
  const first = http.get(`${slow.url}/a`, { signal });
  const second = http.get(`${other.url}/a`, { signal });
  await firstIsOpen;
  await Promise.all([first, second]);
  expect(answered).toEqual(['slow', 'other']);
});
