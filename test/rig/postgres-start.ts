import type { ChildProcess } from 'node:child_process';
import { Connections, type ServerAddress } from './connections.ts';
import { freePort } from './free-port.ts';
import { type Settings, writeSettings } from './postgres-configuration.ts';
import { type ServerPlace, startServer } from './postgres-server.ts';

export interface ListeningServer {
  readonly server: ChildProcess;
  readonly address: ServerAddress;
}

/** Starts the server on the port given, else on a free one. */
export async function startListening(
  place: ServerPlace,
  settings: Settings,
  givenPort?: number,
): Promise<ListeningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = givenPort ?? (await freePort());
    const { socketDirectory } = place;
    const address = { host: '127.0.0.1', port, socketDirectory };
    await writeSettings(place.dataDirectory, {
      listen_addresses: address.host,
      port: String(port),
      unix_socket_directories: socketDirectory,
      ...settings,
    });
    try {
      const server = await startServer(place, () => connectOnce(address));
      return { server, address };
    } catch (error) {
      // Someone else took the free port before the server did.
      const isTaken = String(error).includes('could not create any TCP/IP');
      if (!isTaken || givenPort !== undefined || attempt === 3) throw error;
    }
  }
}

/** By the socket: whoever answers there is our own server. */
async function connectOnce(address: ServerAddress): Promise<void> {
  await using connections = new Connections(address);
  await connections.open();
}
