import { setImmediate as nextTurn } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { type Bytes, Windows } from './zip-bytes.ts';

export interface ZipLimits {
  /** Of one entry, unpacked: a larger one is handed on as unreadable. */
  readonly entryBytes: number;
  /** Of all entries, unpacked: more is an error. */
  readonly totalBytes: number;
}

/** The largest records have some MB; the largest database (npm) unpacks to about 1 GB. */
export const zipLimits: ZipLimits = {
  entryBytes: 32 * 1024 ** 2,
  totalBytes: 8 * 1024 ** 3,
};

/**
 * Takes the entries that end in `.json` one after the other, in bounded memory; null stands
 * for one that is too large. Their names lead nowhere: nothing is written. Throws where the
 * zip is damaged, what `take` throws, and the signal's reason.
 */
export async function eachJson(
  bytes: Bytes,
  take: (text: string | null) => void,
  signal: AbortSignal,
  limits: ZipLimits = zipLimits,
): Promise<void> {
  const windows = new Windows(bytes);
  const zip = await openZip(windows);
  const nextEntry = entriesOf(zip);
  let totalBytes = 0;
  for (let index = 0; index < zip.entryCount; index++) {
    // Nothing here waits for the system: let timers and signals have their turn.
    if (index % 1000 === 0) await nextTurn();
    signal.throwIfAborted();
    const entry = await nextEntry();
    if (!endsInJson(entry)) continue;
    if (Math.max(entry.uncompressedSize, entry.compressedSize) > limits.entryBytes) {
      take(null);
      continue;
    }
    totalBytes += entry.uncompressedSize;
    if (totalBytes > limits.totalBytes) {
      throw new Error(`it unpacks to more than ${limits.totalBytes} bytes`);
    }
    take(unpacked(packed(entry, windows), entry));
  }
}

/**
 * Yauzl reports over events. As our reader answers at once, so do they: a promise for each
 * of 200,000 entries would take as long as unpacking them.
 */
function entriesOf(zip: ZipFile): () => Entry | Promise<Entry> {
  let entry: Entry | null = null;
  let failure: Error | null = null;
  zip.on('entry', (next: Entry) => {
    entry = next;
  });
  zip.on('error', (error: Error) => {
    failure = error;
  });
  const taken = () => {
    const next = entry;
    entry = null;
    if (failure !== null) throw failure;
    return next;
  };
  return () => {
    zip.readEntry();
    // Only an entry without a name comes later.
    return taken() ?? nextTurn().then(() => taken() ?? missing());
  };
}

function missing(): never {
  throw new Error('it has fewer entries than it says');
}

function endsInJson({ fileNameRaw }: Entry): boolean {
  return fileNameRaw.subarray(-5).toString('latin1') === '.json';
}

function unpacked(data: Buffer, entry: Entry): string {
  const { compressionMethod, uncompressedSize } = entry;
  if (entry.isEncrypted()) throw new Error('it is encrypted');
  if (compressionMethod === 0) return data.toString('utf8');
  if (compressionMethod !== 8) throw new Error('an entry is packed in an unknown way');
  const text = inflateRawSync(data, {
    // What unpacks to more than it says is refused as soon as it does.
    maxOutputLength: Math.max(uncompressedSize, 1),
    // One buffer of the right size: the usual ones would be the most of all garbage.
    chunkSize: Math.max(uncompressedSize, 64),
  });
  if (text.length !== uncompressedSize)
    throw new Error('an entry is shorter than it says');
  return text.toString('utf8');
}

/** What follows the local header of an entry, which has a name and fields of its own. */
function packed(entry: Entry, windows: Windows): Buffer {
  const start = entry.relativeOffsetOfLocalHeader;
  const header = windows.slice(start, 30);
  if (header.readUInt32LE(0) !== 0x04034b50)
    throw new Error('an entry is not where it says');
  const skip = 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  return windows.slice(start + skip, entry.compressedSize);
}

async function openZip(windows: Windows): Promise<ZipFile> {
  const { default: yauzl } = await import('yauzl');
  class Reader extends yauzl.RandomAccessReader {
    override read(
      into: Buffer,
      offset: number,
      length: number,
      position: number,
      callback: (error: Error | null, bytesRead?: number) => void,
    ): void {
      let error: Error | null = null;
      try {
        windows.slice(position, length).copy(into, offset);
      } catch (caught) {
        error = caught as Error;
      }
      callback(error, length);
    }
  }
  return yauzl.fromRandomAccessReaderPromise(new Reader(), windows.sizeBytes, {
    autoClose: false,
    lazyEntries: true,
    // Names are not used, so odd ones need not be refused.
    decodeStrings: false,
  });
}
