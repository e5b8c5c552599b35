import type { Archive } from '../../src/pg-dump/archive.ts';
import { parsed } from './samples.ts';

/** What stands at a place in the data of an archive. */
export interface Part {
  readonly kind: 'type' | 'id' | 'oid' | 'length' | 'payload';
  readonly at: number;
  readonly bytes: number;
  /** The number of the block, from 0 on. */
  readonly block: number;
}

const intBytes = 5;

/** Takes the data of an archive apart, by no code of what is tested. */
export function partsOf(
  bytes: Buffer,
  dataStartsAt = parsed(bytes).dataStartsAt,
): Part[] {
  const parts: Part[] = [];
  let at = dataStartsAt;
  let block = -1;
  const add = (kind: Part['kind'], length: number) => {
    parts.push({ kind, at, bytes: length, block });
    at += length;
    return kind === 'payload' ? length : bytes.readUInt32LE(at - length + 1);
  };
  const addChunks = () => {
    for (let length = add('length', intBytes); length > 0; ) {
      add('payload', length);
      length = add('length', intBytes);
    }
  };
  while (at < bytes.length) {
    block++;
    const type = bytes[at];
    parts.push({ kind: 'type', at: at++, bytes: 1, block });
    add('id', intBytes);
    if (type === 1) addChunks();
    else while (add('oid', intBytes) !== 0) addChunks();
  }
  return parts;
}

/** An archive of the only block in the bytes. */
export interface SingleBlock {
  readonly bytes: Buffer;
  readonly archive: Archive;
}

/** Makes an archive of its own of each block, for which nothing else need be decoded. */
export function singleBlocksOf(bytes: Buffer): SingleBlock[] {
  const { header, entries } = parsed(bytes);
  return blocksOf(bytes).map((block) => {
    const id = block.readUInt32LE(2);
    const kept = entries.filter((entry) => entry.id === id || !entry.hasData);
    const unplaced = kept.map((entry) => ({ ...entry, dataOffset: null }));
    return { bytes: block, archive: { header, entries: unplaced, dataStartsAt: 0 } };
  });
}

/** Each block of an archive, whole. */
export function blocksOf(bytes: Buffer): Buffer[] {
  const starts = partsOf(bytes).filter(({ kind }) => kind === 'type');
  return starts.map(({ at }, block) => bytes.subarray(at, starts[block + 1]?.at));
}
