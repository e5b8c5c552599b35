import { type Anatomy, type Block, dissect, writeInt } from './dissect.ts';

/** Something that happens to the bytes of a backup. */
export type Damage = (archive: Buffer) => Buffer;

const firstOf = <One>(list: readonly One[]): One => {
  const [first] = list;
  if (first === undefined) throw new Error('The archive has no data.');
  return first;
};

const lastOf = <One>(list: readonly One[]): One => firstOf(list.toReversed());

const largestOf = ({ blocks }: Anatomy): Block =>
  firstOf(blocks.toSorted((a, b) => b.to - b.from - (a.to - a.from)));

/** Ends before its time, by where. */
export const cuts: Readonly<Record<string, Damage>> = {
  'in the head': (archive) => archive.subarray(0, 20),
  'in the table of contents': (archive) => {
    const { tocAt, dataAt } = dissect(archive);
    return archive.subarray(0, Math.floor((tocAt + dataAt) / 2));
  },
  'where the data begin': (archive) => archive.subarray(0, dissect(archive).dataAt),
  'in the first block': (archive) => {
    const { from, to } = firstOf(dissect(archive).blocks);
    return archive.subarray(0, Math.floor((from + to) / 2));
  },
  'between two blocks': (archive) => {
    const { blocks } = dissect(archive);
    return archive.subarray(0, blocks[Math.floor(blocks.length / 2)]?.from);
  },
  'in the last chunk': (archive) =>
    archive.subarray(0, lastOf(lastOf(dissect(archive).blocks).chunksAt) + 8),
  'before the last end mark': (archive) => archive.subarray(0, -5),
  'before the last byte': (archive) => archive.subarray(0, -1),
};

/** One bit has turned over in the frame of an archive: its own structure shows it. */
export const frameFlips: Readonly<Record<string, Damage>> = {
  'the first bytes': (archive) => flip(archive, 2, 0x01),
  'the number of entries': (archive) => flip(archive, dissect(archive).tocAt + 1, 0x01),
  'the length of a text': (archive) => {
    const { definitionAt } = dissect(archive);
    return flip(archive, (definitionAt.get('trades') ?? 0) - 3, 0x04);
  },
  'the length of a chunk': (archive) => {
    const { chunksAt } = largestOf(dissect(archive));
    return flip(archive, middleOf(chunksAt) + 1, 0x08);
  },
  'the end mark of a block': (archive) =>
    flip(archive, largestOf(dissect(archive)).to - 4, 0x02),
  'the number of a block': (archive) =>
    flip(archive, largestOf(dissect(archive)).from + 1, 0x40),
};

/** One bit has turned over in the data, or in the text of a definition. */
export const dataFlips: Readonly<Record<string, Damage>> = {
  'the first chunk': (archive) => {
    const { chunksAt } = largestOf(dissect(archive));
    return flip(archive, firstOf(chunksAt) + 5 + 200, 0x01);
  },
  'the middle of the data': (archive) => {
    const { chunksAt } = largestOf(dissect(archive));
    return flip(archive, middleOf(chunksAt) + 5 + 900, 0x02);
  },
  'the last chunk': (archive) => {
    const { chunksAt } = largestOf(dissect(archive));
    return flip(archive, lastOf(chunksAt) + 5 + 5, 0x01);
  },
};

/** In the name of a column; it stays a letter. */
export const definitionFlip: Damage = (archive) => {
  const at = archive.indexOf('fee numeric', dissect(archive).tocAt);
  return flip(archive, at + 2, 0x02);
};

/** Whole blocks of data are not where, or what, the table of contents says. */
export const blockFaults: Readonly<Record<string, Damage>> = {
  'a block is missing': (archive) => {
    const { from, to } = largestOf(dissect(archive));
    return Buffer.concat([archive.subarray(0, from), archive.subarray(to)]);
  },
  'two blocks have each other’s number': (archive) => {
    const [one, other] = dissect(archive).blocks;
    if (!one || !other) throw new Error('The archive has too few blocks.');
    const copy = Buffer.from(archive);
    writeInt(copy, one.from + 1, archive.readUInt32LE(other.from + 2));
    writeInt(copy, other.from + 1, archive.readUInt32LE(one.from + 2));
    return copy;
  },
  'a block is there twice': (archive) => {
    const { from, to } = largestOf(dissect(archive));
    const block = archive.subarray(from, to);
    return Buffer.concat([archive.subarray(0, to), block, archive.subarray(to)]);
  },
  'a chunk is missing': (archive) => {
    const { chunksAt } = largestOf(dissect(archive));
    const from = middleOf(chunksAt);
    const to = from + 5 + archive.readUInt32LE(from + 1);
    return Buffer.concat([archive.subarray(0, from), archive.subarray(to)]);
  },
};

/** Bytes that are none of the archive's. */
export const foreignBytes: Readonly<Record<string, Damage>> = {
  '7 kB of garbage behind the end': (archive) =>
    Buffer.concat([archive, garbage(7 * 1024)]),
  'a second archive behind the end': (archive) => Buffer.concat([archive, archive]),
  '64 kB of zeros behind the end': (archive) =>
    Buffer.concat([archive, Buffer.alloc(64 * 1024)]),
  'the last third is zeros': (archive) =>
    Buffer.from(archive).fill(0, Math.floor((archive.length * 2) / 3)),
  '4 kB of zeros in the middle': (archive) => {
    const { chunksAt } = largestOf(dissect(archive));
    const at = middleOf(chunksAt) + 100;
    return Buffer.from(archive).fill(0, at, at + 4096);
  },
};

function flip(archive: Buffer, at: number, bits: number): Buffer {
  const copy = Buffer.from(archive);
  copy[at] = (copy[at] ?? 0) ^ bits;
  return copy;
}

function middleOf(list: readonly number[]): number {
  return list[Math.floor(list.length / 2)] ?? firstOf(list);
}

function garbage(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 89 + 7) % 251));
}
