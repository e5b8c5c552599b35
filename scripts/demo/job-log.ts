import { styleText } from 'node:util';
import { wrap } from './text-width.ts';

type Style = Parameters<typeof styleText>[0];

const styles: Record<string, Style> = { error: 'red', warning: 'yellow', notice: 'blue' };

/** Shows the log of a step as the runner does: its commands are carried out, not printed. */
export class JobLog {
  readonly #masks = new Set<string>();
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  /** The lines to show for one that the step wrote; for some there are none. */
  render(line: string): string[] {
    const [, name, properties = '', value = ''] = command.exec(line) ?? [];
    switch (name) {
      case undefined:
        return this.#framed(line);
      case 'add-mask':
        this.#masks.add(unescapeData(value));
        return [];
      case 'group':
        return this.#framed(unescapeData(value), 'bold');
      case 'error':
      case 'warning':
      case 'notice': {
        const title = /title=([^,]*)/.exec(properties)?.[1];
        const text = [name, title && unescapeData(title), unescapeData(value)].filter(
          Boolean,
        );
        return this.#framed(text.join(': '), styles[name]);
      }
      default:
        // Such as `debug` and `endgroup`.
        return [];
    }
  }

  #framed(text: string, style?: Style): string[] {
    const frame = styleText('dim', '│ ');
    return text
      .split('\n')
      .flatMap((line) => hang(this.#masked(line), this.#width - 2))
      .map((line) => frame + (style ? styleText(style, line) : line));
  }

  #masked(text: string): string {
    const longestFirst = [...this.#masks].sort((a, b) => b.length - a.length);
    return longestFirst.reduce(
      (masked, secret) => masked.replaceAll(secret, '***'),
      text,
    );
  }
}

/** Lines that continue another stand further in. */
function hang(text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, width - 2);
  return [first, ...rest.map((line) => `  ${line}`)];
}

const command = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/;

/** Source: actions/toolkit, command.ts. */
function unescapeData(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
