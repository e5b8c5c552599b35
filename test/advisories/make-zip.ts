import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly text: string;
  /** What the headers say of the unpacked size; by default the truth. */
  readonly claimedBytes?: number;
}

/** A zip in memory. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, claimedBytes } of entries) {
    const raw = Buffer.from(text);
    const data = deflateRawSync(raw);
    const sizes = Buffer.alloc(26);
    sizes.writeUInt16LE(20, 0);
    sizes.writeUInt16LE(8, 4);
    sizes.writeUInt32LE(crc32(raw), 10);
    sizes.writeUInt32LE(data.length, 14);
    sizes.writeUInt32LE(claimedBytes ?? raw.length, 18);
    sizes.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const local = [Buffer.from('PK\x03\x04'), sizes, Buffer.from(name), data];
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), sizes, tail, Buffer.from(name));
    parts.push(...local);
    offset += local.reduce((total, part) => total + part.length, 0);
  }
  const entriesBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(entriesBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entriesBytes, end]);
}
