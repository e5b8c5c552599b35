import { readRestoreLine } from './restore-line.ts';

/** An item of the restore, and what it took. */
export interface TimedItem {
  /** `INDEX trades_pkey` */
  readonly item: string;
  readonly seconds: number;
}

/**
 * Times the items of a restore by the moment at which pg_restore speaks of them: with
 * workers it says when an item is launched and when finished, without it says only what it
 * does next.
 */
export class RestoreClock {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #launched = new Map<string, { item: string; at: number }>();
  readonly #items: TimedItem[] = [];
  #current: { item: string; at: number } | null = null;
  #firstDataAt: number | null = null;
  #lastDataAt: number | null = null;

  /** @param now gives milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** Takes a line of pg_restore --verbose. */
  line(line: string): void {
    const { text } = readRestoreLine(line);
    const [, verb, id = '', item = ''] =
      /^(launching|finished) item (\d+) (.*)$/.exec(text) ?? [];
    if (verb === 'launching') this.#launch(id, item);
    else if (verb === 'finished') this.#finish(id);
    else this.#next(text);
  }

  /** Without workers. */
  #next(text: string): void {
    const [, created, table] =
      /^(?:creating (.+)|processing data for table (.+))$/.exec(text) ?? [];
    const blobs = text === 'processing BLOBS' ? 'BLOBS' : undefined;
    const item = created ?? (table ? `TABLE DATA ${table}` : blobs);
    // With workers, the same lines come from all of them at once.
    if (item === undefined || this.#launched.size > 0) return;
    this.#endCurrent();
    this.#current = { item, at: this.#now() };
    this.#noteData(item, 'begins');
  }

  #endCurrent(): void {
    if (!this.#current) return;
    const { item, at } = this.#current;
    this.#items.push({ item, seconds: (this.#now() - at) / 1000 });
    this.#noteData(item, 'ends');
    this.#current = null;
  }

  #launch(id: string, item: string): void {
    this.#endCurrent();
    this.#launched.set(id, { item, at: this.#now() });
    this.#noteData(item, 'begins');
  }

  #finish(id: string): void {
    const launched = this.#launched.get(id);
    if (!launched) return;
    this.#launched.delete(id);
    const { item, at } = launched;
    this.#items.push({ item, seconds: (this.#now() - at) / 1000 });
    this.#noteData(item, 'ends');
  }

  #noteData(item: string, what: 'begins' | 'ends'): void {
    if (!/^(TABLE DATA|BLOBS)/.test(item)) return;
    if (what === 'begins') this.#firstDataAt ??= this.#now();
    else this.#lastDataAt = this.#now();
  }

  /** Ends the restore. The items are sorted, the slowest first. */
  end(): { phases: { name: string; seconds: number }[]; slowest: TimedItem[] } {
    this.#endCurrent();
    const endedAt = this.#now();
    const dataFrom = this.#firstDataAt ?? endedAt;
    const dataTo = this.#lastDataAt ?? dataFrom;
    const phases = [
      { name: 'schema', from: this.#startedAt, to: dataFrom },
      { name: 'data, and indexes beside them', from: dataFrom, to: dataTo },
      { name: 'indexes and constraints left', from: dataTo, to: endedAt },
    ];
    return {
      phases: phases
        .map(({ name, from, to }) => ({ name, seconds: (to - from) / 1000 }))
        .filter(({ seconds }) => seconds > 0),
      slowest: this.#items.toSorted((a, b) => b.seconds - a.seconds),
    };
  }
}
