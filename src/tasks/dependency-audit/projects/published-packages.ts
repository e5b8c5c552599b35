import type { PublishedPackage } from '../../../dependencies/model.ts';
import type { FailedSources } from '../failed-sources.ts';

type Ask = (name: string) => Promise<PublishedPackage | null>;

/** What a registry has published, asked for once a package; nothing where nobody is asked. */
export class PublishedPackages {
  readonly #ask: Ask | null;
  readonly #failed: FailedSources;
  readonly #known = new Map<string, Promise<PublishedPackage | null>>();

  /** @param ask `null`: offline */
  constructor(ask: Ask | null, failed: FailedSources) {
    this.#ask = ask;
    this.#failed = failed;
  }

  get isOffline(): boolean {
    return this.#ask === null;
  }

  /** Null where the package is not known, or the registry did not answer. */
  of(name: string): Promise<PublishedPackage | null> {
    let answer = this.#known.get(name);
    if (answer === undefined) {
      answer = this.#answer(name);
      this.#known.set(name, answer);
    }
    return answer;
  }

  async #answer(name: string): Promise<PublishedPackage | null> {
    const ask = this.#ask;
    if (ask === null) return null;
    return this.#failed.attempt('what a registry has published', () => ask(name));
  }

  /** Asks for many at once: the client limits how many requests that are at a time. */
  async all(names: Iterable<string>): Promise<ReadonlyMap<string, PublishedPackage>> {
    const found = new Map<string, PublishedPackage>();
    const asked = [...new Set(names)].map(async (name) => {
      const published = await this.of(name);
      if (published) found.set(name, published);
    });
    await Promise.all(asked);
    return found;
  }
}
