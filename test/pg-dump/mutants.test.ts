import { describe, expect, test } from 'vitest';
import { makeMutants, survivorsOf } from '../../src/pg-dump/mutants.ts';
import { digestsOf, fixture, fixtures, parsed } from './samples.ts';

const signal = AbortSignal.timeout(20_000);
const withData = fixtures.filter((name) => !name.includes('schema'));

const sourceOf = (bytes: Buffer) => ({
  sizeBytes: bytes.length,
  read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
});

const mutantsOf = async (name: string) => {
  const bytes = fixture(name);
  const digests = await digestsOf(bytes);
  return makeMutants(parsed(bytes), digests, sourceOf(bytes), signal);
};

describe('mutants', () => {
  test.each(withData)('of %s do not survive', async (name) => {
    const mutants = await mutantsOf(name);
    expect(mutants.map((mutant) => mutant.name)).toEqual([
      'cut',
      'flipped-bit',
      'dropped-block',
    ]);
    expect(await survivorsOf(mutants, signal)).toEqual([]);
  });

  test('of an archive without data there are none', async () => {
    expect(await mutantsOf('1.16-schema-only')).toEqual([]);
  });

  test('that are no mutants survive, so that a blind decoder would be seen', async () => {
    const bytes = fixture('1.16-zstd');
    const archive = parsed(bytes);
    const healthy = bytes.subarray(archive.dataStartsAt);
    const survivors = await survivorsOf(
      [{ name: 'cut', archive, bytes: healthy }],
      signal,
    );
    expect(survivors).toEqual(['cut']);
  });
});
