import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listeningPort } from '../free-port.ts';
import { Clock } from './clock.ts';
import { Faults, type Trouble } from './faults.ts';
import { type ReceivedRequest, Reception } from './reception.ts';
import { Repository } from './repository.ts';

export interface GitHubOptions {
  /** `owner/name`. */
  readonly repository?: string;
  /** Whose token it is. */
  readonly account?: string;
  /** What the clock shows at first. */
  readonly now?: Date;
}

/** A GitHub with one repository in it, held to GitHub's own description of its API. */
export interface GitHubStandIn extends AsyncDisposable {
  /** For `GITHUB_API_URL`. */
  readonly url: string;
  readonly token: string;
  readonly repository: Repository;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly requests: readonly ReceivedRequest[];
  /** What was not as GitHub describes it, in requests and in answers. Stays empty. */
  readonly violations: readonly string[];
}

/** Starts a GitHub on a free port of this machine. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubStandIn> {
  const { repository: name = 'matchbook/exchange', account = 'github-actions[bot]' } =
    options;
  const clock = new Clock(options.now ?? new Date('2026-11-29T02:12:00Z'));
  const repository = new Repository(name, account, clock);
  const faults = new Faults(clock);
  const reception = new Reception(repository, faults);
  const server = createServer(async (incoming, response) => {
    const text = await textOf(incoming);
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
    const { authorization = '' } = incoming.headers;
    const method = incoming.method ?? 'GET';
    reply(response, reception.receive({ method, url, text, authorization }), clock);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${listeningPort(server)}`,
    token: reception.token,
    repository,
    clock,
    faults,
    requests: reception.requests,
    violations: reception.violations,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, answer: Trouble['answer'], clock: Clock): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    response.destroy();
    return;
  }
  const { status, body, headers } = answer;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    date: clock.now().toUTCString(),
    'x-ratelimit-remaining': '999',
    ...headers,
  });
  response.end(JSON.stringify(body));
}
