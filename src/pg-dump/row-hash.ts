import { createHash, type Hash } from 'node:crypto';

const lineBreak = 0x0a;

/**
 * A hash of rows that does not depend on their order: the sum modulo 2^128 of the first 16
 * bytes of the SHA-256 of each line of COPY's text, its line break included.
 */
export class RowHash {
  #sum = 0n;
  /** Of a line whose end has not come yet; nothing of it is kept, for it may have 1 GB. */
  #begun: Hash | null = null;

  update(piece: Uint8Array): void {
    let from = 0;
    for (
      let end = piece.indexOf(lineBreak);
      end >= 0;
      end = piece.indexOf(lineBreak, from)
    ) {
      this.#add(piece.subarray(from, end + 1));
      from = end + 1;
    }
    if (from === piece.length) return;
    this.#begun ??= createHash('sha256');
    this.#begun.update(piece.subarray(from));
  }

  #add(endOfLine: Uint8Array): void {
    const hash = this.#begun ?? createHash('sha256');
    this.#begun = null;
    const digest = hash.update(endOfLine).digest();
    this.#sum += (digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8);
  }

  /** 32 hexadecimal digits. */
  digest(): string {
    return inHex(this.#sum);
  }
}

/** The hash of several sets of rows together. */
export function addRowHashes(hashes: readonly string[]): string {
  return inHex(hashes.reduce((sum, hash) => sum + BigInt(`0x${hash}`), 0n));
}

function inHex(sum: bigint): string {
  return BigInt.asUintN(128, sum).toString(16).padStart(32, '0');
}
