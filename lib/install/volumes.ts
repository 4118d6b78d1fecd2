/** The stations' volumes: what an uninstall keeps, and what is lost with them. */
import { volumeName } from '../fleet/names.ts';
import { createDocker } from '../host/docker.ts';
import { DEFAULT_DOCKER_SOCKET } from '../host/paths.ts';
import type { Layout } from './layout.ts';

/** Names of the volumes of this installation's stations, in order. */
export async function stationVolumes(layout: Layout): Promise<string[]> {
  const start = volumeName(layout.prefix, 0).slice(0, -1);
  const numberOf = (name: string) => Number(name.slice(start.length));
  const names = (await createDocker(DEFAULT_DOCKER_SOCKET).listVolumes()).map(({ name }) => name);
  return names
    .filter((name) => name.startsWith(start) && /^[1-9]\d*$/.test(name.slice(start.length)))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

export async function removeVolumes(names: readonly string[]): Promise<void> {
  const docker = createDocker(DEFAULT_DOCKER_SOCKET);
  for (const name of names) await docker.removeVolume(name);
}
