import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Endpoints, endpoints } from '../../src/registries/endpoints.ts';
import { type Http, makeHttp } from '../../src/registries/http.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
  readonly http: Http;
  readonly endpoints: Endpoints;
}

/** A local server, and a client that takes it for osv.dev and its feed. */
export async function serve(
  answer: (request: Seen, response: ServerResponse) => void,
): Promise<Served> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body: await text(request) };
    seen.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    http: makeHttp({ retries: 0, cacheDirectory: null }),
    endpoints: endpoints({ osv: url, 'osv-feed': `${url}/feed` }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
