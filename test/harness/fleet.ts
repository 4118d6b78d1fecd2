/** What fleet tests ask again and again: run a job to its end, and look at the engine itself. */
import type { FleetChange } from '../../lib/contract/fleet.ts';
import type { Job } from '../../lib/contract/jobs.ts';
import { createDocker } from '../../lib/host/docker.ts';
import type { ContainerDetail } from '../../lib/host/docker-types.ts';
import type { TestAgent } from './agent.ts';
import { waitFor } from './wait-for.ts';

export const docker = createDocker('/var/run/docker.sock');

const ENDED = new Set(['succeeded', 'failed', 'cancelled', 'interrupted']);

export async function finished(
  agent: TestAgent,
  { jobId }: { jobId: string },
  timeoutMs = 90_000,
): Promise<Job> {
  let job = await agent.client.call('job.get', { id: jobId });
  await waitFor(
    `job ${job.title} to end`,
    async () => {
      job = await agent.client.call('job.get', { id: jobId });
      return ENDED.has(job.state);
    },
    { timeoutMs },
  );
  return job;
}

/** Applies a change and waits for its job. */
export async function apply(agent: TestAgent, change: FleetChange): Promise<Job> {
  return finished(agent, await agent.client.call('fleet.apply', change));
}

/** The engine's own view of this prefix's stations, by number. */
export async function stationsOnEngine({
  prefix,
}: {
  prefix: string;
}): Promise<Map<number, ContainerDetail>> {
  const found = new Map<number, ContainerDetail>();
  for (const { id, name } of await docker.listContainers({ all: true })) {
    const index = new RegExp(`^${prefix}-(\\d+)$`).exec(name)?.[1];
    const detail = index === undefined ? null : await docker.inspectContainer(id);
    if (index !== undefined && detail !== null) found.set(Number(index), detail);
  }
  return found;
}

/** How many containers have a station's name, whatever their state: quick enough to catch the agent at work. */
export async function countOnEngine({ prefix }: { prefix: string }): Promise<number> {
  const names = (await docker.listContainers({ all: true })).map(({ name }) => name);
  return names.filter((name) => new RegExp(`^${prefix}-\\d+$`).test(name)).length;
}

export async function runningOnEngine(agent: { prefix: string }): Promise<number[]> {
  const stations = [...(await stationsOnEngine(agent))];
  return stations
    .filter(([, { state }]) => state === 'running')
    .map(([index]) => index)
    .sort((a, b) => a - b);
}

/** Directory of a station's volume on this host. */
export async function volumeDirectory(prefix: string, station: number): Promise<string> {
  const volume = (await docker.listVolumes()).find(({ name }) => name === `${prefix}-data-${station}`);
  if (volume === undefined) throw new Error(`${prefix}-data-${station} does not exist`);
  return volume.mountpoint;
}

export async function volumesOf(prefix: string): Promise<string[]> {
  const names = (await docker.listVolumes()).map(({ name }) => name);
  return names.filter((name) => name.startsWith(`${prefix}-data-`)).sort();
}
