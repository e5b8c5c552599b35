import type { Session } from './session.ts';

/** A session that belongs to one step until it is disposed of. */
export interface HeldSession extends AsyncDisposable {
  readonly session: Session;
}

/**
 * Keeps sessions for steps that run side by side. Where the server has no connection left
 * for another one, a step waits for the session of the step beside it.
 */
export class SessionPool implements AsyncDisposable {
  readonly #open: () => Promise<Session>;
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #held = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  /** Hands out a session. Throws where not even one can be opened. */
  async take(): Promise<HeldSession> {
    for (;;) {
      const session = this.#idle.pop() ?? (await this.#openInTurn());
      if (session && !session.broken) return this.#hold(session);
    }
  }

  /** One after the other, so that who finds no room knows whether somebody holds it. */
  #openInTurn(): Promise<Session | undefined> {
    const turn = this.#turn.then(() => this.#openUnlessFull());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #openUnlessFull(): Promise<Session | undefined> {
    try {
      return await this.#open();
    } catch (error) {
      if (this.#idle.length > 0) return undefined;
      if (this.#held === 0) throw error;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return undefined;
  }

  #hold(session: Session): HeldSession {
    this.#held++;
    const giveBack = async () => {
      this.#held--;
      this.#idle.push(session);
      this.#waiting.shift()?.();
    };
    return { session, [Symbol.asyncDispose]: giveBack };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.map((session) => session[Symbol.asyncDispose]()));
  }
}
