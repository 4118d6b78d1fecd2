/** What the engine's gateway takes and gives: our own narrow shapes of containers, images, networks and volumes. */

export interface ContainerSummary {
  id: string;
  name: string;
  image: string;
  imageId: string;
  /** `created`, `running`, `restarting`, `paused`, `exited`, `dead`, `removing`. */
  state: string;
  labels: Record<string, string>;
  /** Address by network name. */
  addresses: Record<string, string>;
}

export interface ContainerDetail {
  id: string;
  name: string;
  image: string;
  imageId: string;
  state: string;
  pid: number | null;
  exitCode: number | null;
  startedAtMs: number | null;
  createdAtMs: number | null;
  restarts: number;
  oomKilled: boolean;
  error: string;
  labels: Record<string, string>;
  command: string[];
  addresses: Record<string, string>;
  /** In CPUs; null is no limit. */
  cpus: number | null;
  /** In bytes; null is no limit. */
  memoryBytes: number | null;
}

interface PortMapping {
  protocol: 'tcp' | 'udp';
  containerPort: number;
  hostAddress: string;
  hostPort: number;
}

export interface ContainerSpec {
  name: string;
  image: string;
  command: string[];
  labels: Record<string, string>;
  env?: string[];
  /** A bridge of ours with a fixed address, or the host's own network, or none. */
  network: { mode: 'bridge'; name: string; address: string } | { mode: 'host' } | { mode: 'none' };
  ports: PortMapping[];
  volume: { name: string; target: string; labels: Record<string, string> } | null;
  cpus: number | null;
  memoryBytes: number | null;
  openFiles: number | null;
  pidsLimit: number | null;
  restart: boolean;
}

export interface EngineEvent {
  /** `start`, `die`, `destroy`, … */
  action: string;
  containerId: string;
  name: string;
  labels: Record<string, string>;
  atMs: number;
}

export interface ContainerLogLine {
  stream: 'stdout' | 'stderr';
  atMs: number | null;
  text: string;
}

export interface NetworkDetail {
  name: string;
  subnet: string | null;
  gateway: string | null;
  labels: Record<string, string>;
}

export interface EngineInfo {
  version: string;
  cgroupVersion: string;
  rootDir: string;
  storageDriver: string;
  /** What the host has; the engine refuses limits above the CPUs. */
  cpus: number;
  memoryBytes: number;
}

export interface Docker {
  /** @param signal gives up on an engine that does not answer */
  info(signal?: AbortSignal): Promise<EngineInfo>;
  listContainers(options: { all: boolean; label?: string }): Promise<ContainerSummary[]>;
  /** @returns null when there is no such container */
  inspectContainer(nameOrId: string): Promise<ContainerDetail | null>;
  /** All that the engine says of a container, as it says it; null when there is none. */
  inspectRaw(nameOrId: string): Promise<Record<string, unknown> | null>;
  /** A container as `inspectRaw` once described it, from the very image it had. @throws AppError image_unavailable */
  createAgain(name: string, inspect: Record<string, unknown>): Promise<string>;
  setRestartPolicy(id: string, name: 'always' | 'unless-stopped'): Promise<void>;
  /** A running container goes on under its new name. @throws AppError conflict when the name is taken */
  rename(id: string, name: string): Promise<void>;
  /** @returns the new container's id. @throws AppError conflict when the name is taken */
  create(spec: ContainerSpec): Promise<string>;
  /** @throws AppError port_in_use, disk_full, … */
  start(id: string): Promise<void>;
  stop(id: string, graceSeconds: number): Promise<void>;
  restart(id: string, graceSeconds: number): Promise<void>;
  /** Lets a paused container go on; one that is not paused is left as it is. */
  unpause(id: string): Promise<void>;
  /** Removes the container, never its named volume; one that is gone already is fine. */
  remove(id: string, options: { force: boolean }): Promise<void>;
  /** Changes limits in place, without a restart; null lifts one. */
  updateResources(id: string, limits: { cpus: number | null; memoryBytes: number | null }): Promise<void>;
  /** Lines as they were written; follows until the signal aborts or the container ends. */
  logs(
    id: string,
    options: { tail: number; follow: boolean; signal: AbortSignal },
  ): AsyncIterable<ContainerLogLine>;
  /** Container events since `sinceMs` (default: now) and from now on; ends when the signal aborts, throws when the engine goes away. */
  events(signal: AbortSignal, sinceMs?: number): AsyncIterable<EngineEvent>;
  /** @returns null when the image is not on this machine */
  inspectImage(reference: string): Promise<ImageDetail | null>;
  /**
   * @param onProgress told one line a stage
   * @throws AppError image_unavailable, or the signal's reason when it aborts
   */
  pullImage(reference: string, onProgress: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** Gives an image one more name; whatever had that name loses it. */
  tagImage(id: string, name: string): Promise<void>;
  /** Takes a name from an image; content that has no other goes with it. No error when there is none of that name. */
  untagImage(name: string): Promise<void>;
  /** Runs `command` in a throw-away container without a network. @returns its exit code and output */
  runOnce(
    image: string,
    command: string[],
    timeoutMs: number,
    labels?: Record<string, string>,
  ): Promise<{ exitCode: number; output: string }>;
  listNetworks(): Promise<NetworkDetail[]>;
  createNetwork(spec: {
    name: string;
    subnet: string;
    gateway: string;
    bridge: string;
    labels: Record<string, string>;
  }): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  listVolumes(): Promise<{ name: string; mountpoint: string; labels: Record<string, string> }[]>;
  /** @returns its directory on this host; null when there is none of this name */
  findVolume(name: string): Promise<string | null>;
  /** @returns its directory on this host; one that is there already stays as it is */
  createVolume(name: string, labels: Record<string, string>): Promise<string>;
  removeVolume(name: string): Promise<void>;
}

export interface ImageDetail {
  id: string;
  digest: string | null;
  command: string[];
  entrypoint: string[];
  user: string;
  createdAtMs: number | null;
  labels: Record<string, string>;
}
