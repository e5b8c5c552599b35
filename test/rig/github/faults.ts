import { type Answer, Refused } from './answer.ts';
import type { Clock } from './clock.ts';

/** What goes wrong with a request. */
export interface Trouble {
  /** Whether GitHub carries it out, and only the answer is lost. Default not. */
  readonly carriedOut?: boolean;
  /** What comes back: an answer, a connection that breaks, or nothing at all. */
  readonly answer: Answer | 'reset' | 'silence';
}

interface Scope {
  /** The operation that it happens to, `issues/create`; default every one. */
  readonly on?: string;
  /** How often; default once. */
  readonly times?: number;
}

interface Armed {
  readonly on: string | undefined;
  readonly trouble: () => Trouble;
  /** Whether it is over; asked after each time that it happened. */
  isOver(): boolean;
}

/** What tests let go wrong. */
export class Faults {
  readonly #clock: Clock;
  #armed: readonly Armed[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lets requests meet trouble, so many times. */
  arm(trouble: Trouble, { on, times = 1 }: Scope = {}): void {
    let left = times;
    this.#armed = [
      ...this.#armed,
      {
        on,
        trouble: () => {
          left--;
          return trouble;
        },
        isOver: () => left <= 0,
      },
    ];
  }

  /** A server error, such as 502. */
  armError(status: number, scope: Scope & Pick<Trouble, 'carriedOut'> = {}): void {
    const { carriedOut = false } = scope;
    this.arm({ carriedOut, answer: new Refused(status, 'Server Error').answer }, scope);
  }

  /**
   * Refuses requests until the stand-in's clock has moved on by so many seconds: over the
   * hourly limit, or over a secondary one.
   * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
   */
  limitRate(kind: 'primary' | 'secondary', seconds: number, limit: RateLimit = {}): void {
    const end = this.#clock.now().getTime() + seconds * 1000;
    const isOver = () => this.#clock.now().getTime() >= end;
    const trouble = () => {
      const left = Math.ceil((end - this.#clock.now().getTime()) / 1000);
      return { answer: rateLimited(kind, left, end, limit) };
    };
    this.#armed = [...this.#armed, { on: limit.on, trouble, isOver }];
  }

  /** The trouble that a request meets, if any. */
  meet(operation: string): Trouble | null {
    this.#armed = this.#armed.filter((one) => !one.isOver());
    const met = this.#armed.find(({ on }) => on === undefined || on === operation);
    return met?.trouble() ?? null;
  }
}

interface RateLimit {
  readonly on?: string;
  /** Default 403. */
  readonly status?: 403 | 429;
  /** Whether a secondary limit says how long to wait. Default yes. */
  readonly saysWhen?: boolean;
}

function rateLimited(
  kind: 'primary' | 'secondary',
  secondsLeft: number,
  end: number,
  { status = 403, saysWhen = true }: RateLimit,
): Answer {
  if (kind === 'primary') {
    return new Refused(status, 'API rate limit exceeded for installation ID 1.', {
      headers: {
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil(end / 1000)),
      },
    }).answer;
  }
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  const headers: Record<string, string> = saysWhen
    ? { 'retry-after': String(secondsLeft) }
    : {};
  return new Refused(status, message, { headers }).answer;
}
