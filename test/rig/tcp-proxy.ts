import { once } from 'node:events';
import net from 'node:net';
import { listeningPort } from './free-port.ts';

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** The two sockets of one forwarded connection. */
export interface Connection {
  readonly client: net.Socket;
  readonly server: net.Socket;
}

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  readonly connections: ReadonlySet<Connection>;
}

/** Listens on loopback; `forward` says how bytes get across. */
export async function startTcpProxy(
  target: ProxyTarget,
  forward: (connection: Connection) => void,
): Promise<TcpProxy> {
  const connections = new Set<Connection>();
  const listener = net.createServer((client) => {
    const server = net.connect(target.port, target.host);
    const connection = { client, server };
    connections.add(connection);
    for (const socket of [client, server]) {
      // Without a listener, a reset on either side would end the test process.
      socket.setNoDelay(true).on('error', () => undefined);
      socket.on('close', () => {
        destroy(connection);
        connections.delete(connection);
      });
    }
    forward(connection);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: listeningPort(listener),
    connections,
    async [Symbol.asyncDispose]() {
      const closed = once(listener, 'close');
      listener.close();
      for (const connection of connections) destroy(connection);
      await closed;
    },
  };
}

/** Passes everything on unchanged, both ways. */
export function passThrough({ client, server }: Connection): void {
  client.pipe(server);
  server.pipe(client);
}

/** Breaks a connection on both sides. */
export function destroy({ client, server }: Connection): void {
  client.destroy();
  server.destroy();
}
