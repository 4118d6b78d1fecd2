/** The actual fleet in memory: read whole from the engine once, then kept current by its events. */
import { AppError } from '../../lib/contract/errors.ts';
import type { Stranger } from '../../lib/contract/fleet.ts';
import { FLEET_LABEL, STATION_LABEL, stationOfName } from '../../lib/fleet/names.ts';
import type { ContainerDetail, Docker } from '../../lib/host/docker-types.ts';

export interface FleetState {
  /** Our containers by station number. */
  stations: ReadonlyMap<number, ContainerDetail>;
  strangers: Stranger[];
  engine: { state: 'up' | 'down'; message: string | null };
  /** Reads everything again. @throws AppError engine_unavailable */
  refresh(): Promise<void>;
  /** Reads one container again, after an event about it. */
  refreshOne(nameOrId: string, station: number): Promise<void>;
  engineLost(error: unknown): void;
}

export function createFleetState(docker: Docker, prefix: string): FleetState {
  const stations = new Map<number, ContainerDetail>();
  const state: FleetState = {
    stations,
    strangers: [],
    engine: { state: 'down', message: 'Not asked yet.' },
    async refresh() {
      try {
        const all = await docker.listContainers({ all: true });
        const ours = all.filter((container) => container.labels[FLEET_LABEL] === prefix);
        const details = await Promise.all(ours.map((container) => docker.inspectContainer(container.id)));
        stations.clear();
        for (const detail of details)
          if (detail !== null) stations.set(Number(detail.labels[STATION_LABEL]), detail);
        state.strangers = all
          .filter(
            (container) => container.labels[FLEET_LABEL] !== prefix && looksLikeOurs(prefix, container.name),
          )
          .map(({ name, image, state: containerState }) => ({ name, image, state: containerState }));
        state.engine = { state: 'up', message: null };
      } catch (error) {
        state.engineLost(error);
        throw error;
      }
    },
    async refreshOne(nameOrId, station) {
      const detail = await docker.inspectContainer(nameOrId);
      if (detail === null) {
        // Its successor may already be there under the same name.
        if (stations.get(station)?.id === nameOrId) stations.delete(station);
      } else {
        stations.set(station, detail);
      }
    },
    engineLost(error) {
      const message = error instanceof AppError ? error.message : 'The Docker engine failed.';
      state.engine = { state: 'down', message };
    },
  };
  return state;
}

/** The first station of v1.x is called `conduit`, without a number. */
function looksLikeOurs(prefix: string, name: string): boolean {
  return name === prefix || stationOfName(prefix, name) !== null;
}
