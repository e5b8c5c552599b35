import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env, StockServer } from './stock-server.ts';

const exchange = fileURLToPath(new URL('exchange.sql', import.meta.url));

/** 5,000 trades, 450 kB with gzip: large enough for many chunks, small enough for haste. */
const scale = 0.002;

const sequenceSql = `
  create sequence trades_id_seq owned by trades.id;
  alter table trades alter id set default nextval('trades_id_seq');
  select setval('trades_id_seq', (select max(id) from trades));`;

/** How a small database is made and dumped. */
export interface Recipe {
  readonly version: 15 | 18;
  /** What is changed in a copy of the exchange; null: in an empty database. */
  readonly sql?: string;
  readonly isEmpty?: true;
  readonly options?: readonly string[];
  readonly env?: Env;
  /** Whether pg_dump writes to a pipe, and so cannot tell where its blocks lie. */
  readonly isPiped?: true;
}

/** Dumps small databases on servers of two versions. */
export class SmallDumps {
  readonly #servers: Readonly<Record<15 | 18, StockServer>>;
  readonly #directory: string;
  #count = 0;

  constructor(servers: Readonly<Record<15 | 18, StockServer>>, directory: string) {
    this.#servers = servers;
    this.#directory = directory;
  }

  /** Makes the database that the others are copies of. */
  async prepare(): Promise<void> {
    for (const server of Object.values(this.#servers)) {
      await server.must('createdb', ['exchange']);
      const options = ['-q', '-1', '-v', `scale=${scale}`, '-f', exchange, 'exchange'];
      await server.must('psql', options);
      await sql(server, 'exchange', sequenceSql);
    }
  }

  async dump(recipe: Recipe): Promise<Buffer> {
    const [dump] = await this.dumps(recipe, []);
    if (!dump) throw new Error('Nothing was dumped.');
    return dump;
  }

  /** Dumps a database, and again after each of some changes. */
  async dumps(recipe: Recipe, changes: readonly string[]): Promise<Buffer[]> {
    const server = this.#servers[recipe.version];
    // One name, so that it is one series.
    const database = 'matchbook';
    const template = recipe.isEmpty ? 'template0' : 'exchange';
    await server.must('createdb', ['-T', template, database]);
    if (recipe.sql) await sql(server, database, recipe.sql);
    const dumps = [await this.#dump(server, database, recipe)];
    for (const change of changes) {
      await sql(server, database, change);
      dumps.push(await this.#dump(server, database, recipe));
    }
    await server.must('dropdb', [database]);
    return dumps;
  }

  async #dump(server: StockServer, database: string, recipe: Recipe): Promise<Buffer> {
    const file = join(this.#directory, `${++this.#count}.dump`);
    const options = ['-Fc', ...(recipe.options ?? [])];
    if (recipe.isPiped) await server.pipe('pg_dump', [...options, database], file);
    else await server.must('pg_dump', [...options, '-f', file, database], recipe.env);
    return readFile(file);
  }
}

async function sql(server: StockServer, database: string, text: string): Promise<void> {
  await server.must('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text]);
}
