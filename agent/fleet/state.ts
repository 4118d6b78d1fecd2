/** The actual fleet in memory: read whole from the engine once, then kept current by its events. */
import { AppError } from '../../lib/contract/errors.ts';
import type { Stranger } from '../../lib/contract/fleet.ts';
import { inParallel } from '../../lib/fleet/in-parallel.ts';
import {
  containerName,
  FLEET_LABEL,
  looksLikeStation,
  STATION_LABEL,
  stationOfName,
} from '../../lib/fleet/names.ts';
import type { ContainerDetail, ContainerSummary, Docker, EngineEvent } from '../../lib/host/docker-types.ts';

const TELLING = new Set([
  'create',
  'start',
  'restart',
  'die',
  'stop',
  'destroy',
  'update',
  'pause',
  'unpause',
  'rename',
]);
/** A station that is made and started says so in several events: one look after the last of them is enough. */
const SETTLE_MS = 150;
const INSPECT_PARALLEL = 4;

export interface FleetState {
  /** Our containers by station number. */
  stations: ReadonlyMap<number, ContainerDetail>;
  strangers(): Stranger[];
  engine(): { state: 'up' | 'down'; message: string | null };
  /** Compares with the engine's list and looks again at what differs. @throws AppError engine_unavailable */
  refresh(): Promise<void>;
  /** An event about a container: what it is about is looked at again shortly. */
  note(event: EngineEvent): void;
  /** Looks now at everything events were about. */
  settle(): Promise<void>;
  engineLost(error: unknown): void;
}

export function createFleetState(docker: Docker, prefix: string, onChange: () => void): FleetState {
  const stations = new Map<number, ContainerDetail>();
  const dirty = new Map<string, number>();
  let strangers: Stranger[] = [];
  let engine: ReturnType<FleetState['engine']> = {
    state: 'down',
    message: 'The Docker engine was not asked yet.',
  };
  let listDue = false;
  let timer: NodeJS.Timeout | undefined;
  let tail: Promise<void> = Promise.resolve();

  const isOurs = ({ labels, name }: ContainerSummary) =>
    labels[FLEET_LABEL] === prefix && name === containerName(prefix, Number(labels[STATION_LABEL]));

  /** @returns whether anything is not as it was known */
  async function readAll(): Promise<boolean> {
    const all = await docker.listContainers({ all: true });
    const ours = new Map(all.filter(isOurs).map((item) => [Number(item.labels[STATION_LABEL]), item]));
    const gone = [...stations.keys()].filter((station) => !ours.has(station));
    for (const station of gone) stations.delete(station);
    const stale = [...ours].filter(([station, { id, state }]) => {
      const known = stations.get(station);
      return known?.id !== id || known.state !== state || dirty.has(id);
    });
    await inParallel(stale, INSPECT_PARALLEL, ([station, { id }]) => readOne(id, station));
    const before = JSON.stringify([strangers, engine]);
    strangers = all
      .filter((item) => isStranger(prefix, item))
      .map(({ name, image, state }) => ({ name, image, state }));
    engine = { state: 'up', message: null };
    return gone.length > 0 || stale.length > 0 || JSON.stringify([strangers, engine]) !== before;
  }

  async function readOne(id: string, station: number): Promise<void> {
    dirty.delete(id);
    const detail = await docker.inspectContainer(id);
    if (detail?.name === containerName(prefix, station)) stations.set(station, detail);
    // Its successor may already be there under the same number.
    else if (stations.get(station)?.id === id) stations.delete(station);
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (!listDue && dirty.size === 0) return;
    try {
      if (listDue) {
        listDue = false;
        await readAll();
      } else {
        await inParallel([...dirty], INSPECT_PARALLEL, ([id, station]) => readOne(id, station));
      }
    } catch (error) {
      state.engineLost(error);
      return;
    }
    onChange();
  }

  /** One look at a time, in order. */
  function queued(work: () => Promise<void>): Promise<void> {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  }

  const state: FleetState = {
    stations,
    strangers: () => strangers,
    engine: () => engine,
    refresh: () =>
      queued(async () => {
        try {
          if (await readAll()) onChange();
        } catch (error) {
          state.engineLost(error);
          throw error;
        }
      }),
    note({ action, containerId, labels, name }) {
      if (!TELLING.has(action)) return;
      if (labels[FLEET_LABEL] === prefix && action !== 'rename')
        dirty.set(containerId, Number(labels[STATION_LABEL]));
      else if (action === 'rename' || looksLikeStation(name) || stationOfName(prefix, name) !== null)
        listDue = true;
      else return;
      timer ??= setTimeout(() => void queued(flush), SETTLE_MS);
    },
    settle: () => queued(flush),
    engineLost(error) {
      if (error instanceof AppError && error.code !== 'engine_unavailable') return;
      engine = {
        state: 'down',
        message: error instanceof Error ? error.message : 'The Docker engine failed.',
      };
      onChange();
    },
  };
  return state;
}

/** A container with a station's name that is not this fleet's; one of another installation counts only in our way. */
function isStranger(prefix: string, { name, labels }: ContainerSummary): boolean {
  if (labels[FLEET_LABEL] === prefix) return false;
  return (
    stationOfName(prefix, name) !== null || (labels[FLEET_LABEL] === undefined && looksLikeStation(name))
  );
}
