interface Limits {
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** How long a batch should take. */
  readonly targetSeconds: number;
}

/** At most so much faster or slower from one batch to the next: one may have been lucky. */
const mostPerStep = 2;

/** The size of the next batch, from how long the last one took. */
export class BatchSize {
  readonly #limits: Limits;
  #size: number;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#size = limits.start;
  }

  get current(): number {
    return Math.round(this.#size);
  }

  get most(): number {
    return this.#limits.max;
  }

  get isSmallest(): boolean {
    return this.current <= this.#limits.min;
  }

  /** Fits the size to what a batch of the present size took. */
  learn(seconds: number): void {
    const factor = this.#limits.targetSeconds / Math.max(seconds, 0.001);
    this.#resize(Math.min(mostPerStep, Math.max(1 / mostPerStep, factor)));
  }

  /** Gives way: the next batch is half as large. */
  halve(): void {
    this.#resize(0.5);
  }

  /** It was far too large: by how much, nobody knows. */
  shrink(): void {
    this.#resize(0.125);
  }

  #resize(factor: number): void {
    const { min, max } = this.#limits;
    this.#size = Math.min(max, Math.max(min, this.#size * factor));
  }
}
