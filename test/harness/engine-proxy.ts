/** Stands between an agent and the engine, and can be made to hang: it takes requests and does not pass them on. */
import { connect, createServer, type Socket } from 'node:net';

export interface EngineProxy {
  hang(): void;
  /** Closes what hangs: who asks again is answered. */
  resume(): void;
  /** Requests for this path that were taken while it hung, and are still waited for. */
  hanging(path: string): number;
  close(): void;
}

export async function startEngineProxy(
  socketPath: string,
  enginePath = '/var/run/docker.sock',
): Promise<EngineProxy> {
  let isHanging = false;
  const waiting = new Map<Socket, string>();
  const all = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect(enginePath);
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      all.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        all.delete(socket);
        waiting.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (isHanging) waiting.set(client, chunk.toString('latin1').split('\r\n')[0] ?? '');
      else engine.write(chunk);
    });
    engine.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    hang: () => {
      isHanging = true;
    },
    resume: () => {
      isHanging = false;
      for (const socket of waiting.keys()) socket.destroy();
    },
    hanging: (path) => [...waiting.values()].filter((line) => line.includes(`${path} `)).length,
    close: () => {
      for (const socket of all) socket.destroy();
      server.close();
    },
  };
}
