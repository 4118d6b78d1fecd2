/** From desired settings to the container of one station. */
import { createHash } from 'node:crypto';
import type { DesiredFleet } from '../contract/fleet.ts';
import type { FleetSettings } from '../contract/settings.ts';
import type { ContainerSpec } from '../host/docker-types.ts';
import { type Dialect, stationCommand } from '../stations/dialect.ts';
import {
  containerName,
  FLEET_LABEL,
  networkIndexOf,
  networkSpec,
  SHAPE_LABEL,
  SPEC_LABEL,
  STATION_LABEL,
  stationAddress,
} from './names.ts';
import { readShape, type StationShape, shapeLabel } from './station-shape.ts';

/** Ports of a station inside its network. */
const STATION_PORTS = { primary: 443, secondary: 5566, metrics: 9090 } as const;
const MB = 1024 * 1024;
/** Far above what a station needs; it stops one that runs away from taking the host's process table. */
const PIDS_LIMIT = 4096;

/** What is known of the image a fleet runs. */
export interface ImageFacts {
  /** The name it is wanted by. */
  reference: string;
  /** Its content, which the name may lead away from. */
  id: string;
  /** By which a registry has that content; null for an image made here. */
  digest: string | null;
  dialect: Dialect;
  dataDir: string;
  /** As the image names it: `1000:1000`, `conduit`. */
  user: string;
}

export interface SpecContext {
  prefix: string;
  /** First address of the fleet's /16. */
  base: string;
  /** The volume a station lives on. */
  volumeOf: (station: number) => string;
  image: ImageFacts;
  /** The most open files the engine can give a container; null when it can give any. */
  openFilesLimit: number | null;
  /** CPUs of the host: the engine refuses a limit above it, and a limit of all is none. */
  hostCpus: number;
}

export type StationSettings = Pick<
  FleetSettings,
  'maxClients' | 'bandwidthMbps' | 'cpus' | 'memoryMb' | 'openFiles'
>;

/** The fleet's settings with the station's own on top. */
export function settingsOf(desired: DesiredFleet, station: number): StationSettings {
  const { maxClients, bandwidthMbps, cpus, memoryMb, openFiles } = desired.settings;
  const { stopped: _stopped, ...own } = desired.overrides[String(station)] ?? {};
  const set = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { maxClients, bandwidthMbps, cpus, memoryMb, openFiles, ...set };
}

/** Where the station serves its metrics, seen from the host; null when the image has none. */
function metricsEndpoint(
  desired: DesiredFleet,
  station: number,
  context: Pick<SpecContext, 'base' | 'image'>,
): string | null {
  if (!context.image.dialect.metricsAddr) return null;
  return desired.settings.networkMode === 'host'
    ? `127.0.0.1:${desired.settings.metricsPortBase + station}`
    : `${stationAddress(station, context.base)}:${STATION_PORTS.metrics}`;
}

function loopbackPort(settings: FleetSettings, station: number): number | null {
  return settings.networkMode === 'cluster' && settings.loopbackPorts
    ? settings.loopbackPortBase + station
    : null;
}

/** Every port of 127.0.0.1 on which stations are published. */
export function loopbackPortsOf(settings: FleetSettings): number[] {
  const stations = Array.from({ length: settings.count }, (_, i) => i + 1);
  return stations.map((station) => loopbackPort(settings, station)).filter((port) => port !== null);
}

/** Every port of this host that stations take for themselves. */
export function stationPortsOf(settings: FleetSettings): number[] {
  if (settings.networkMode === 'cluster') return loopbackPortsOf(settings);
  return Array.from({ length: settings.count }, (_, i) => settings.metricsPortBase + i + 1);
}

/** What of this host one station binds when it starts: its own ports for diagnosis, or its metrics. */
export function hostPortsOf(spec: ContainerSpec): { hostPort: number; protocol: 'tcp' | 'udp' }[] {
  if (spec.network.mode !== 'host') return spec.ports;
  const endpoint = readShape(spec.labels)?.metricsEndpoint ?? null;
  return endpoint === null
    ? []
    : [{ hostPort: Number(endpoint.slice(endpoint.lastIndexOf(':') + 1)), protocol: 'tcp' }];
}

/** The part of a station's shape that follows from the settings alone. */
export function settingsShape(
  desired: DesiredFleet,
  station: number,
): Omit<StationShape, 'dialect' | 'address' | 'metricsEndpoint'> {
  const { maxClients, bandwidthMbps, openFiles } = settingsOf(desired, station);
  return {
    image: desired.settings.image,
    maxClients,
    bandwidthMbps,
    networkMode: desired.settings.networkMode,
    loopbackPort: loopbackPort(desired.settings, station),
    openFiles,
  };
}

export function stationSpec(desired: DesiredFleet, station: number, context: SpecContext): ContainerSpec {
  const { settings } = desired;
  const limits = settingsOf(desired, station);
  const endpoint = metricsEndpoint(desired, station, context);
  const inBridge = settings.networkMode === 'cluster';
  const published = loopbackPort(settings, station);
  const spec: Omit<ContainerSpec, 'labels'> = {
    name: containerName(context.prefix, station),
    image: context.image.id,
    command: stationCommand(context.image.dialect, {
      dataDir: context.image.dataDir,
      maxClients: limits.maxClients,
      bandwidthMbps: limits.bandwidthMbps,
      metricsAddress: endpoint === null ? null : inBridge ? `0.0.0.0:${STATION_PORTS.metrics}` : endpoint,
    }),
    network: inBridge
      ? {
          mode: 'bridge',
          name: networkSpec(context.prefix, networkIndexOf(station), context.base).name,
          address: stationAddress(station, context.base),
        }
      : { mode: 'host' },
    ports:
      published === null
        ? []
        : [
            {
              protocol: 'tcp',
              containerPort: STATION_PORTS.primary,
              hostAddress: '127.0.0.1',
              hostPort: published,
            },
            {
              protocol: 'udp',
              containerPort: STATION_PORTS.secondary,
              hostAddress: '127.0.0.1',
              hostPort: published,
            },
          ],
    volume: {
      name: context.volumeOf(station),
      target: context.image.dataDir,
      labels: { [FLEET_LABEL]: context.prefix, [STATION_LABEL]: String(station) },
    },
    cpus: limits.cpus === null || limits.cpus >= context.hostCpus ? null : limits.cpus,
    memoryBytes: limits.memoryMb === null ? null : limits.memoryMb * MB,
    openFiles: Math.min(limits.openFiles, context.openFilesLimit ?? limits.openFiles),
    pidsLimit: PIDS_LIMIT,
    restart: true,
  };
  const shape: StationShape = {
    ...settingsShape(desired, station),
    image: context.image.reference,
    dialect: context.image.dialect.name,
    address: inBridge ? stationAddress(station, context.base) : null,
    metricsEndpoint: endpoint,
  };
  return {
    ...spec,
    labels: {
      [FLEET_LABEL]: context.prefix,
      [STATION_LABEL]: String(station),
      [SPEC_LABEL]: specHash({ ...spec, image: context.image.reference, openFiles: limits.openFiles }),
      [SHAPE_LABEL]: shapeLabel(shape),
    },
  };
}

/**
 * Hash of what cannot change in a running container. CPU and memory can, and are left out; so is the image's
 * content, which the plan holds against the one that is proven, and only where one is; and the open-files
 * limit is the one asked for, so that an engine with another limit of its own does not replace the whole fleet.
 */
function specHash(spec: Omit<ContainerSpec, 'labels'>): string {
  const { cpus: _cpus, memoryBytes: _memoryBytes, ...fixed } = spec;
  return createHash('sha256').update(JSON.stringify(fixed)).digest('hex').slice(0, 16);
}
