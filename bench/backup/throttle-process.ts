import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Passes connections on to a port, and what comes back no faster than a link would. */
const [port, bytesPerSecond] = process.argv.slice(2).map(Number);
if (!port || !bytesPerSecond) throw new Error('Which port, and how many bytes/s?');

/** Timers are not more exact than that. */
const burstMs = 8;
let freeAtMs = 0;

const server = createServer((client) => {
  const upstream = connect(port, '127.0.0.1');
  client.setNoDelay();
  upstream.setNoDelay();
  client.pipe(upstream);
  comeBack(upstream, client).catch(() => client.destroy());
  client.on('error', () => upstream.destroy());
  client.on('close', () => upstream.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : address);
});

async function comeBack(upstream: Socket, client: Socket): Promise<void> {
  for await (const piece of upstream) {
    await turn(piece.length, bytesPerSecond ?? 0);
    if (client.destroyed) return;
    if (!client.write(piece)) await drained(client);
  }
  client.end();
}

/** Waits for the turn of some bytes: all connections are on one link. */
async function turn(bytes: number, rate: number): Promise<void> {
  const now = performance.now();
  freeAtMs = Math.max(freeAtMs, now - burstMs) + (bytes / rate) * 1000;
  const waitMs = freeAtMs - now;
  if (waitMs >= 1) await delay(waitMs);
}

function drained(client: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      client.off('drain', done);
      client.off('close', done);
      resolve();
    };
    client.on('drain', done);
    client.on('close', done);
  });
}
