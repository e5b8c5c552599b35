import { Transform, type TransformCallback } from 'node:stream';
import {
  type Connection,
  type ProxyTarget,
  startTcpProxy,
  type TcpProxy,
} from './tcp-proxy.ts';

// Protocol: "Message Formats" in the PostgreSQL documentation.
const sslRequest = 80877103;
const gssEncryptionRequest = 80877104;
const backendKeyData = 'K'.charCodeAt(0);
const readyForQuery = 'Z'.charCodeAt(0);
const pidOffset = 5;

/**
 * Starts a proxy that looks like a transaction pooler: the handshake gives a
 * pid that is not the pid of the backend which serves the session.
 */
export async function startPooler(target: ProxyTarget): Promise<TcpProxy> {
  return startTcpProxy(target, (connection) => {
    refuseEncryption(connection);
    const { client, server } = connection;
    server.pipe(pidRewriter()).pipe(client);
  });
}

/** Answers requests for encryption itself, and forwards the rest. */
function refuseEncryption({ client, server }: Connection): void {
  let start = Buffer.alloc(0);
  client.on('data', function read(chunk: Buffer) {
    start = Buffer.concat([start, chunk]);
    while (start.length >= 8) {
      const code = start.readInt32BE(4);
      if (code !== sslRequest && code !== gssEncryptionRequest) {
        client.off('data', read);
        server.write(start);
        client.pipe(server);
        return;
      }
      client.write('N');
      start = start.subarray(8);
    }
  });
}

/** Changes the pid in BackendKeyData, then lets everything pass. */
function pidRewriter(): Transform {
  let rest = Buffer.alloc(0);
  let isHandshake = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (!isHandshake) return done(null, chunk);
      rest = Buffer.concat([rest, chunk]);
      while (isHandshake && rest.length >= pidOffset) {
        const length = 1 + rest.readInt32BE(1);
        if (rest.length < length) break;
        const message = Buffer.from(rest.subarray(0, length));
        if (message[0] === backendKeyData) {
          message.writeInt32BE(message.readInt32BE(pidOffset) + 1, pidOffset);
        }
        isHandshake = message[0] !== readyForQuery;
        rest = rest.subarray(length);
        this.push(message);
      }
      if (!isHandshake) this.push(rest);
      done();
    },
  });
}
