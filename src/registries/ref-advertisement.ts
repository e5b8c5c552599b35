import type { GitRefs } from './git-refs.ts';

/**
 * Reads what `git-upload-pack` advertises over smart HTTP (gitprotocol-http, version 0 or 1):
 * packets of four hexadecimal digits, their length, and a line. Null where it is not that,
 * or ends too early.
 */
export function readAdvertisement(bytes: Buffer): GitRefs | null {
  const tags = new Map<string, string>();
  const branches = new Map<string, string>();
  let head: string | null = null;
  const lines = packetLines(bytes);
  if (lines?.[0] !== '# service=git-upload-pack') return null;
  for (const line of lines.slice(1)) {
    // Behind the first are the capabilities of the server.
    const [ref = ''] = line.split('\0', 1);
    const [, commit, name] = /^([0-9a-f]{40}(?:[0-9a-f]{24})?) (.+)$/.exec(ref) ?? [];
    if (commit === undefined || name === undefined) continue;
    if (name === 'HEAD') head = commit;
    else if (name.startsWith('refs/heads/')) branches.set(name.slice(11), commit);
    // An annotated tag is listed before what it stands for, which has `^{}` behind its name.
    else if (name.startsWith('refs/tags/'))
      tags.set(name.slice(10).replace(/\^\{\}$/, ''), commit);
  }
  return { tags, branches, head };
}

/** The lines of a sequence of packets; those of length 0 only divide it. */
function packetLines(bytes: Buffer): string[] | null {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) return null;
    const length = Number.parseInt(digits, 16);
    if (length !== 0 && (length < 4 || at + length > bytes.length)) return null;
    if (length > 4) lines.push(bytes.toString('utf8', at + 4, at + length).trimEnd());
    at += Math.max(4, length);
  }
  return lines;
}
