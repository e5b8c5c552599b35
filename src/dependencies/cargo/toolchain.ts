import { posix } from 'node:path';
import type { RepositoryFiles } from '../model.ts';
import { parseToml, tableAt, textAt } from './toml.ts';

/**
 * The channel that `rust-toolchain.toml` names for a folder: `1.93`, `stable`; null where none
 * does. The old `rust-toolchain` goes before it, and may hold the channel alone. Throws
 * `UnreadableFile`.
 *
 * Source: https://rust-lang.github.io/rustup/overrides.html
 */
export function toolchainOf(folder: string, files: RepositoryFiles): string | null {
  for (let at = folder; ; at = posix.dirname(at)) {
    for (const name of ['rust-toolchain', 'rust-toolchain.toml']) {
      const path = posix.join(at, name);
      const text = files.get(path);
      if (text !== undefined) return channelIn(text, path);
    }
    if (posix.dirname(at) === at) return null;
  }
}

function channelIn(text: string, path: string): string | null {
  const [channel = '', ...more] = text.trim().split('\n', 2);
  const isAlone = more.length === 0 && /^[\w.-]{1,100}$/.test(channel);
  if (isAlone && !path.endsWith('.toml')) return channel;
  return textAt(tableAt(parseToml(text, path), 'toolchain'), 'channel');
}
