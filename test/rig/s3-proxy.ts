import { once } from 'node:events';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listeningPort } from './free-port.ts';
import type { S3, S3Environment } from './s3.ts';

/** Which requests are meant; what is left out matches any. */
export interface RequestMatch {
  readonly method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Is tried on path and query: `/bucket/key`, `/bucket/?list-type=2&prefix=a%2F`. */
  readonly path?: RegExp;
  /** Is tried on the header of ranged reads: `bytes=0-9`. */
  readonly range?: RegExp;
}

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The header of a ranged read: `bytes=0-9`. */
  readonly range?: string;
}

/**
 * What happens to a request instead of being passed on and answered:
 * - `unavailable`: answered with 503 SlowDown, and not passed on
 * - `hang`: neither passed on nor answered
 * - `corrupt`: one bit of the answer's body is turned over
 * - `truncate`: the connection breaks in the middle of the answer's body
 * - `stall`: nothing comes after the middle of the answer's body
 * - `drop-answer`: the gateway has done it, and the connection breaks before the answer
 */
export type Fault =
  | 'unavailable'
  | 'hang'
  | 'corrupt'
  | 'truncate'
  | 'stall'
  | 'drop-answer';

export interface S3Proxy extends AsyncDisposable {
  readonly endpointUrl: string;
  readonly port: number;
  /** To get into the store through this proxy. */
  readonly env: S3Environment;
  /** Every request in the order of arrival, each attempt of a retry too. */
  readonly requests: readonly SeenRequest[];
  /** Lets the next requests that match go wrong, by default one. */
  fail(match: RequestMatch, fault: Fault, times?: number): void;
  /** Waits for the next request that matches. */
  arrival(match: RequestMatch): Promise<void>;
  /** Calls back at the next request that matches, and waits, before it is passed on. */
  before(match: RequestMatch, callback: () => unknown): void;
  /** Calls back when the gateway has done the next that matches; waits, then answers. */
  after(match: RequestMatch, callback: () => unknown): void;
  /** Forgets everything that is still to go wrong or to be called back. */
  clear(): void;
}

interface Rule {
  readonly match: RequestMatch;
  readonly fault?: Fault;
  readonly before?: () => unknown;
  readonly after?: () => unknown;
  timesLeft: number;
}

interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

const slowDown: Answer = {
  status: 503,
  headers: ['Content-Type', 'application/xml'],
  body: Buffer.from(
    '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
  ),
};

/** Starts a proxy in front of a store that misbehaves when told to. */
export async function startS3Proxy(s3: S3): Promise<S3Proxy> {
  const rules = new Set<Rule>();
  const requests: SeenRequest[] = [];
  const addOnce = (rule: Omit<Rule, 'timesLeft'>) => {
    rules.add({ ...rule, timesLeft: 1 });
  };
  const server = http.createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    const { range } = headers;
    const seen = { method, path, ...(range !== undefined && { range }) };
    requests.push(seen);
    const due = takeDue(rules, seen);
    serve(s3.port, request, response, due).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = listeningPort(server);
  const endpointUrl = `http://127.0.0.1:${port}`;
  return {
    endpointUrl,
    port,
    env: { ...s3.env, AWS_ENDPOINT_URL: endpointUrl },
    requests,
    fail(match, fault, times = 1) {
      rules.add({ match, fault, timesLeft: times });
    },
    arrival: (match) => new Promise((resolve) => addOnce({ match, before: resolve })),
    before: (match, callback) => addOnce({ match, before: callback }),
    after: (match, callback) => addOnce({ match, after: callback }),
    clear: () => rules.clear(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The rules that this request meets; each is used up by one. */
function takeDue(rules: Set<Rule>, { method, path, range = '' }: SeenRequest): Rule[] {
  const due = [...rules].filter(
    ({ match }) =>
      (match.method ?? method) === method &&
      (match.path === undefined || path.search(match.path) >= 0) &&
      (match.range === undefined || range.search(match.range) >= 0),
  );
  const [fault] = due.filter((rule) => rule.fault);
  const taken = due.filter((rule) => !rule.fault || rule === fault);
  for (const rule of taken) {
    rule.timesLeft -= 1;
    if (rule.timesLeft <= 0) rules.delete(rule);
  }
  return taken;
}

async function serve(
  port: number,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  due: readonly Rule[],
): Promise<void> {
  const fault = due.find((rule) => rule.fault)?.fault;
  const body = await buffer(request);
  for (const rule of due) await rule.before?.();
  if (fault === 'hang') return;
  if (fault === 'unavailable') return send(response, slowDown);
  const answer = await forward(port, request, body);
  for (const rule of due) await rule.after?.();
  if (fault === 'drop-answer') response.destroy();
  else if (fault === 'truncate') sendHalf(response, answer, () => response.destroy());
  else if (fault === 'stall') sendHalf(response, answer, () => {});
  else send(response, fault === 'corrupt' ? corrupted(answer) : answer);
}

/** The headers stay as they are, Host too: the signature covers it. */
async function forward(
  port: number,
  { method, url, headers }: http.IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const { expect: _, ...passed } = headers;
  const options = { host: '127.0.0.1', port, method, path: url, headers: passed };
  const request = http.request({ ...options, agent: false }).end(body);
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  return {
    status: answer.statusCode ?? 502,
    headers: answer.rawHeaders,
    body: await buffer(answer),
  };
}

function send(response: http.ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

function sendHalf(
  response: http.ServerResponse,
  { status, headers, body }: Answer,
  afterwards: () => void,
): void {
  const half = body.subarray(0, body.length / 2);
  response.writeHead(status, headers).write(half, afterwards);
}

function corrupted(answer: Answer): Answer {
  const body = Buffer.from(answer.body);
  const middle = Math.floor(body.length / 2);
  body[middle] = (body[middle] ?? 0) ^ 1;
  return { ...answer, body };
}
