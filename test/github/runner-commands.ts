import { vi } from 'vitest';

/** A workflow command as the runner takes it from the output. */
export interface RunnerCommand {
  readonly name: string;
  readonly title: string | undefined;
  readonly text: string;
}

/** Runs something and returns what it wrote to the standard output. */
export function outputOf(body: () => void): string {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
  try {
    body();
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}

/** Runs something and returns the workflow commands that it gave, and nothing else. */
export function commandsOf(body: () => void): RunnerCommand[] {
  const lines = outputOf(body).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, name = '', title, text = ''] =
      /^::([\w-]+)(?: title=([^,:]*))?::(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`no workflow command: ${line}`);
    return { name, title: title && decode(title), text: decode(text) };
  });
}

function decode(text: string): string {
  return decodeURIComponent(text.replace(/%(?!(0D|0A|25|3A|2C))/g, '%25'));
}
