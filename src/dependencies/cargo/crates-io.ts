import type { Origin } from '../model.ts';

/** As cargo writes it into lockfiles, by git or by the sparse index. */
const cratesIo =
  /^(?:registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index|sparse\+https:\/\/index\.crates\.io\/?)$/;

/** Whether a crate is from crates.io: another registry may have others of the same names. */
export function isOnCratesIo(origin: Origin): boolean {
  return origin.kind === 'registry' && origin.url !== null && cratesIo.test(origin.url);
}
