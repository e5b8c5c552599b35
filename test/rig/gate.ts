import {
  type Connection,
  destroy,
  type ProxyTarget,
  passThrough,
  startTcpProxy,
} from './tcp-proxy.ts';

export interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Breaks every open connection; new ones are still let through. */
  breakConnections(): void;
  /** From now on no byte gets across, on open connections and new ones. */
  blackhole(): void;
}

/** A proxy in front of a server that misbehaves when told to. */
export async function startGate(target: ProxyTarget): Promise<Gate> {
  let isOpen = true;
  const proxy = await startTcpProxy(target, (connection) => {
    if (isOpen) passThrough(connection);
    else swallow(connection);
  });
  return {
    port: proxy.port,
    breakConnections() {
      for (const connection of proxy.connections) destroy(connection);
    },
    blackhole() {
      isOpen = false;
      for (const connection of proxy.connections) swallow(connection);
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** Reads on, so that the end of either side is still noticed. */
function swallow({ client, server }: Connection): void {
  client.unpipe(server).resume();
  server.unpipe(client).resume();
}
