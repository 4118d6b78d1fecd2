/** A station's container, also where an engine that was asked before by an agent that was killed comes in between. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../contract/errors.ts';
import type { ContainerSpec, Docker } from '../host/docker-types.ts';
import { FLEET_LABEL } from './names.ts';

const IN_THE_MAKING_MS = 5000;
const LOOK_AGAIN_MS = 100;

/**
 * Creates it. The engine keeps the name from the moment it is asked, and shows the container when it is made: one of
 * ours that has never run is what nobody waits for any more, and is made again as it is wanted now.
 * @returns its id
 * @throws AppError conflict when the name is taken otherwise, or what the engine says
 */
export async function makeContainer(
  docker: Pick<Docker, 'create' | 'inspectContainer' | 'remove'>,
  prefix: string,
  spec: ContainerSpec,
): Promise<string> {
  const untilMs = Date.now() + IN_THE_MAKING_MS;
  for (;;) {
    try {
      return await docker.create(spec);
    } catch (error) {
      const isTaken = error instanceof AppError && error.code === 'conflict';
      if (!isTaken || Date.now() > untilMs) throw error;
      const found = await docker.inspectContainer(spec.name);
      if (found === null) {
        await delay(LOOK_AGAIN_MS);
        continue;
      }
      if (found.labels[FLEET_LABEL] !== prefix || found.state !== 'created') throw error;
      await docker.remove(found.id, { force: true });
    }
  }
}
