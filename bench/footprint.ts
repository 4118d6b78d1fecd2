/** Memory and CPU of agent and panel as they are released, with 40 stations and one page open in a real browser. */
import { readFileSync } from 'node:fs';
import { openPanel, PANEL_USER } from '../test/harness/panel.ts';
import { applyFleet, rounded, STATIONS, say, startBenchAgent } from './fleet.ts';

const SETTLE_MS = 20_000;
const MEASURE_MS = 60_000;
const TICKS_PER_SECOND = 100;

export async function footprint(): Promise<Record<string, unknown>> {
  const agent = await startBenchAgent({
    env: { CONDUIT_PANEL_GROUP: PANEL_USER.group, CONDUIT_TICK_MS: '2000', CONDUIT_LOG_LEVEL: 'info' },
  });
  // An agent that stayed would take down what the next benchmark starts under the same names.
  const panel = await openPanel(agent, { port: 3390 }).catch(async (error: unknown) => {
    await agent.dispose();
    throw error;
  });
  try {
    say(`Starting ${STATIONS} stations`);
    await applyFleet(agent, STATIONS);
    const page = await panel.signedInPage();
    await page.goto(panel.url);
    await page.waitForTimeout(SETTLE_MS);
    const pids = [agent.pid(), panel.pid()];
    const cpuBefore = pids.map(cpuTicks);
    await page.waitForTimeout(MEASURE_MS);
    const cpu = pids.map(
      (pid, i) => ((cpuTicks(pid) - (cpuBefore[i] ?? 0)) / TICKS_PER_SECOND / (MEASURE_MS / 1000)) * 100,
    );
    const [agentMb = 0, panelMb = 0] = pids.map(residentMegabytes);
    say(
      `Agent ${rounded(agentMb, 0)} MB, ${rounded(cpu[0] ?? 0)} % of a core; panel ${rounded(panelMb, 0)} MB, ${rounded(cpu[1] ?? 0)} % of a core.`,
    );
    return {
      stations: STATIONS,
      ours: rounded(agentMb + panelMb, 1),
      agent: rounded(agentMb, 1),
      panel: rounded(panelMb, 1),
      cpuPercent: rounded((cpu[0] ?? 0) + (cpu[1] ?? 0)),
    };
  } finally {
    await panel.close();
    await agent.dispose();
  }
}

/** User and system time of a process in clock ticks (proc(5), fields 14 and 15 of stat). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function residentMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]) / 1024;
}
