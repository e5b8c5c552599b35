import type { Target } from '../core/task.ts';
import type { Database } from './database.ts';

/** What a task works on, where that is a database and something more. */
export class DatabaseTarget implements Target {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  get name(): string {
    return this.database.name;
  }

  get place(): string {
    return this.database.place;
  }

  get lost(): AbortSignal {
    return this.database.lost;
  }

  lock(): Promise<void> {
    return this.database.lock();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.database[Symbol.asyncDispose]();
  }
}
