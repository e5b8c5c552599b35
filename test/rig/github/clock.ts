/** The time on the stand-in's wall. It stands still until somebody moves it. */
export class Clock {
  #time: number;

  constructor(start: Date) {
    this.#time = start.getTime();
  }

  now(): Date {
    return new Date(this.#time);
  }

  /** GitHub writes whole seconds. */
  timestamp(): string {
    return `${this.now().toISOString().slice(0, 19)}Z`;
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }
}
