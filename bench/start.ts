/**
 * Forty stations from nothing: by the agent, by the bare engine given the same containers eight at a time, and by
 * the engine one after another. The image is there in all three.
 */

import { inParallel } from '../lib/fleet/in-parallel.ts';
import { createDocker } from '../lib/host/docker.ts';
import type { ContainerSpec, Docker } from '../lib/host/docker-types.ts';
import type { TestAgent } from '../test/harness/agent.ts';
import { applyFleet, BENCH_IMAGE, rounded, STATIONS, say, startBenchAgent } from './fleet.ts';

const PARALLEL = 8;

export async function start(): Promise<Record<string, unknown>> {
  const agent = await startBenchAgent({ env: { CONDUIT_LOG_LEVEL: 'warn', CONDUIT_TICK_MS: '2000' } });
  try {
    // One station first: the network, the probe of the image and the page cache are not what is compared.
    await applyFleet(agent, 1);
    await takeDown(agent);
    const ours = await applyFleet(agent, STATIONS);
    say(`Ours: ${rounded(ours)} s`);
    await takeDown(agent);
    const docker = createDocker('/var/run/docker.sock');
    const peer = await bareEngine(docker, PARALLEL);
    say(`Bare engine, ${PARALLEL} at a time: ${rounded(peer)} s`);
    const serial = await bareEngine(docker, 1);
    say(`Bare engine, one after another: ${rounded(serial)} s`);
    return {
      stations: STATIONS,
      ours: rounded(ours),
      peer: rounded(peer),
      serial: rounded(serial),
      ratio: rounded(ours / peer),
    };
  } finally {
    await agent.dispose();
  }
}

async function takeDown(agent: TestAgent): Promise<void> {
  const { jobId } = await agent.client.call('fleet.takeDown', {});
  for await (const event of agent.client.stream('job.watch', { id: jobId })) void event;
}

/** Creates and starts the containers the agent would, and nothing else. @returns seconds */
async function bareEngine(docker: Docker, width: number): Promise<number> {
  const network = {
    name: 'bench-net-9',
    subnet: '10.199.0.0/21',
    gateway: '10.199.0.1',
    bridge: 'br-bench-9',
  };
  await docker.createNetwork({ ...network, labels: {} });
  const stations = Array.from({ length: STATIONS }, (_, i) => i + 1);
  try {
    const started = performance.now();
    await inParallel(stations, width, async (station) => {
      await docker.start(await docker.create(bareSpec(station, network.name)));
    });
    return (performance.now() - started) / 1000;
  } finally {
    await inParallel(stations, PARALLEL, (station) => docker.remove(`bench-${station}`, { force: true }));
    await docker.removeNetwork(network.name);
    await inParallel(stations, 1, (station) => docker.removeVolume(`bench-data-${station}`));
  }
}

function bareSpec(station: number, network: string): ContainerSpec {
  const port = 33_080 + station;
  return {
    name: `bench-${station}`,
    image: BENCH_IMAGE,
    command: [
      'start',
      '--data-dir',
      '/home/conduit/data',
      '--max-common-clients',
      '1000',
      '--bandwidth',
      '40',
      '--metrics-addr',
      '0.0.0.0:9090',
    ],
    labels: {},
    network: { mode: 'bridge', name: network, address: `10.199.0.${station + 20}` },
    ports: [
      { protocol: 'tcp', containerPort: 443, hostAddress: '127.0.0.1', hostPort: port },
      { protocol: 'udp', containerPort: 5566, hostAddress: '127.0.0.1', hostPort: port },
    ],
    volume: { name: `bench-data-${station}`, target: '/home/conduit/data', labels: {} },
    cpus: null,
    memoryBytes: null,
    openFiles: null,
    pidsLimit: 4096,
    restart: true,
  };
}
