import type { ChildProcess } from 'node:child_process';

export interface ProcessOutput {
  /** What came so far on both streams, in the order of arrival. */
  text(): string;
  /** Waits until the output matches; an error shows what came instead. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<void>;
}

/** Collects what a child writes. */
export function collectOutput(child: ChildProcess): ProcessOutput {
  let text = '';
  const onText = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const notify of onText) notify();
    });
  }
  const waitFor = (pattern: RegExp, timeoutMs = 10_000) =>
    new Promise<void>((resolve, reject) => {
      const settle = (problem?: string) => {
        onText.delete(look);
        child.off('close', onClose);
        clearTimeout(timer);
        if (problem === undefined) resolve();
        else reject(new Error(`No output ${pattern} ${problem}:\n${text}`));
      };
      const look = () => {
        // `search` ignores the position that a global pattern remembers.
        if (text.search(pattern) >= 0) settle();
      };
      const onClose = () => settle('before the process ended');
      const onTimeout = () => settle(`within ${timeoutMs} ms`);
      const timer = setTimeout(onTimeout, timeoutMs);
      onText.add(look);
      child.once('close', onClose);
      look();
      if (child.stdout?.closed && child.stderr?.closed) onClose();
    });
  return { text: () => text, waitFor };
}
