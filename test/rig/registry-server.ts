import { once } from 'node:events';
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listeningPort } from './free-port.ts';

export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface RecordedAnswer {
  /** By default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** By default empty; an object is sent as JSON. */
  readonly body?: string | Buffer | object;
}

/** What a path is answered: always the same, or what the request calls for. */
export type Route =
  | RecordedAnswer
  | ((request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>);

/** By path with query, else by path alone: `/se/rd/serde`. */
export type Routes = Record<string, Route>;

export interface RegistryServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** Every request in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** May be changed at any time. */
  readonly routes: Routes;
}

/** Serves recorded answers of a registry on a port of its own; 404 for all other paths. */
export async function startRegistryServer(routes: Routes): Promise<RegistryServer> {
  const requests: RecordedRequest[] = [];
  const answer = async (asked: http.IncomingMessage, response: http.ServerResponse) => {
    const { method = '', url: path = '', headers } = asked;
    const request = { method, path, headers, body: String(await buffer(asked)) };
    requests.push(request);
    const route = routes[path] ?? routes[path.replace(/\?.*/, '')] ?? { status: 404 };
    const recorded = typeof route === 'function' ? await route(request) : route;
    const body = bytesOf(recorded.body ?? '');
    response.writeHead(recorded.status ?? 200, {
      'content-length': body.length,
      ...recorded.headers,
    });
    response.end(method === 'HEAD' ? undefined : body);
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${listeningPort(server)}`,
    requests,
    routes,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function bytesOf(body: string | Buffer | object): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
