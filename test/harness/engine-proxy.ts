/** Stands between an agent and the engine: takes requests and does not pass them on, all of them or those for a path. */
import { connect, createServer, type Socket } from 'node:net';

export interface EngineProxy {
  hang(): void;
  /** Closes what hangs: who asks again is answered. */
  resume(): void;
  /** Requests for this path that were taken and not passed on, and are still waited for. */
  hanging(path: string): number;
  /** Keeps requests for this path back until they are let go. */
  keepBack(path: string): void;
  /** Passes on what was kept back. @param further whether the next ones are kept back too */
  letGo(further: boolean): void;
  close(): void;
}

export async function startEngineProxy(
  socketPath: string,
  enginePath = '/var/run/docker.sock',
): Promise<EngineProxy> {
  let isHanging = false;
  let keptBack: string | null = null;
  let passOn: (() => void)[] = [];
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
      const line = chunk.toString('latin1').split('\r\n')[0] ?? '';
      // What follows on the same connection is the body of what is kept.
      const isKept = waiting.has(client) || (keptBack !== null && isFor(line, keptBack));
      if (!isHanging && !isKept) return void engine.write(chunk);
      if (!waiting.has(client)) waiting.set(client, line);
      if (isKept)
        passOn.push(() => {
          waiting.delete(client);
          engine.write(chunk);
        });
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
    hanging: (path) => [...waiting.values()].filter((line) => isFor(line, path)).length,
    keepBack: (path) => {
      keptBack = path;
    },
    letGo: (further) => {
      if (!further) keptBack = null;
      const kept = passOn;
      passOn = [];
      for (const pass of kept) pass();
    },
    close: () => {
      for (const socket of all) socket.destroy();
      server.close();
    },
  };
}

function isFor(requestLine: string, path: string): boolean {
  return requestLine.split(' ')[1]?.split('?')[0]?.endsWith(path) ?? false;
}
