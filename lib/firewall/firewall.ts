/** The firewall of this host: read with whatever keeps it, changed through ufw alone, and put back. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../contract/errors.ts';
import type { FirewallReport } from '../contract/firewall.ts';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { listListenersOf } from '../host/port-owner.ts';
import { CommandError, isNotInstalled, run } from '../host/run.ts';
import {
  beyond,
  isOpen,
  missingRules,
  neededOpenings,
  type Opening,
  parseUfwRules,
  sshdPorts,
} from './rules.ts';

export interface FirewallPlace {
  /** /etc */
  etcDir: string;
  recordPath: string;
}

const recordSchema = z.object({
  version: z.literal(1),
  /** What we told ufw to let in, such as `443/tcp`. */
  rules: z.array(z.string()),
  enabled: z.boolean(),
});
type Record = z.infer<typeof recordSchema>;

export function firewallRecordPath(stateDir: string): string {
  return join(stateDir, 'firewall.json');
}

async function readRecord(path: string): Promise<Record | null> {
  const text = await readIfThere(path);
  return text === null ? null : recordSchema.parse(JSON.parse(text));
}

/** @param balancer ports that clients reach, each TCP and UDP */
export async function readFirewall(
  place: FirewallPlace,
  balancer: readonly number[],
): Promise<FirewallReport> {
  const ssh = await sshPorts(place.etcDir);
  const needed = neededOpenings(ssh.ports, balancer);
  const applied = (await readRecord(place.recordPath)) !== null;
  const base = {
    needed: needed.map((one) => ({ ...one, open: null })),
    beyond: [],
    beyondWithAddress: 0,
    applied,
  };
  const ufw = await readUfw();
  if (ufw !== null)
    return { ...base, ...ufwReport(needed, ufw), notes: [...ssh.notes, ...ufwNotes(ufw.active)] };
  if (await firewalldRuns())
    return {
      ...base,
      manager: 'firewalld',
      active: true,
      commands: [],
      notes: [...ssh.notes, firewalldNote(needed)],
    };
  const held = await holdsBack();
  return {
    ...base,
    needed: needed.map((one) => ({ ...one, open: held ? null : true })),
    manager: held ? 'own' : 'none',
    active: held,
    commands: [],
    notes: [...ssh.notes, held ? OWN_RULES : NO_FIREWALL],
  };
}

const OWN_RULES =
  'Rules that no manager known here made hold packets back. They are left alone; the ports above have to be open in them.';
const NO_FIREWALL =
  'No firewall holds anything back on this server. Nothing of ours but the ports above listens to the world. To have one: `sudo apt-get install ufw`, then look here again. Whoever rents the server out may have one of his own.';

interface Ufw {
  active: boolean;
  rules: ReturnType<typeof parseUfwRules>;
}

async function readUfw(): Promise<Ufw | null> {
  const status = await ask('ufw', ['status']);
  if (status === null) return null;
  const added = await run('ufw', ['show', 'added']);
  return { active: /^Status: active/m.test(status), rules: parseUfwRules(added.stdout) };
}

function ufwReport(needed: readonly Opening[], { active, rules }: Ufw) {
  const more = beyond(needed, rules);
  const missing = missingRules(needed, rules);
  return {
    manager: 'ufw' as const,
    active,
    needed: needed.map((one) => ({ ...one, open: !active || isOpen(one, rules) })),
    beyond: more.filter(({ bound }) => !bound).map(({ text }) => text),
    beyondWithAddress: more.filter(({ bound }) => bound).length,
    commands: missing.map((rule) => `ufw allow ${rule}`),
  };
}

function ufwNotes(active: boolean): string[] {
  if (active) return [];
  return [
    'ufw is installed and off: everything is open. Rules are added first, SSH before all others; it is switched on only if you ask for that.',
  ];
}

function firewalldNote(needed: readonly Opening[]): string {
  const ports = needed.map(({ port, protocol }) => `--add-port=${port}/${protocol}`).join(' ');
  return `firewalld keeps the rules here, and only ufw is changed for you. What it needs: \`sudo firewall-cmd --permanent ${ports} && sudo firewall-cmd --reload\``;
}

async function firewalldRuns(): Promise<boolean> {
  return (await ask('firewall-cmd', ['--state']))?.trim() === 'running';
}

/** Whether packets that come in are dropped unless a rule lets them. */
async function holdsBack(): Promise<boolean> {
  const rules = await ask('nft', ['list', 'ruleset']);
  return /hook input priority [^;]*; policy drop;/.test(rules ?? '');
}

/** @returns null where the program is not there or does not answer */
async function ask(file: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await run(file, args, { timeoutMs: 10_000 })).stdout;
  } catch (error) {
    if (error instanceof CommandError && (isNotInstalled(error) || error.exitCode !== undefined)) return null;
    throw error;
  }
}

/** Where sshd listens, where it is told to, and 22 when neither can be seen: too many are better than none. */
async function sshPorts(etcDir: string): Promise<{ ports: number[]; notes: string[] }> {
  const listening = (await listListenersOf('sshd')).map(({ port }) => port);
  const told = sshdPorts((await readIfThere(join(etcDir, 'ssh/sshd_config'))) ?? '');
  const ports = [...new Set([...listening, ...told])].sort((a, b) => a - b);
  if (ports.length > 0) return { ports, notes: [] };
  return { ports: [22], notes: ['sshd was not seen here, so its usual port 22 is taken.'] };
}

/**
 * Lets in what is missing through ufw, SSH first, and switches it on if asked.
 *
 * @throws AppError host_unsupported where ufw does not keep the rules; nothing has changed then
 * @throws AppError conflict when SSH would be shut out: ufw is not switched on
 */
export async function applyFirewall(
  place: FirewallPlace,
  balancer: readonly number[],
  enable: boolean,
): Promise<void> {
  const ufw = await readUfw();
  if (ufw === null)
    throw new AppError('host_unsupported', {
      message: 'Only ufw can be changed for you, and it is not on this server.',
      remedy:
        'Install it (`sudo apt-get install ufw`), or open the ports with what you use: `sudo conduit firewall show`.',
    });
  const { ports } = await sshPorts(place.etcDir);
  const needed = neededOpenings(ports, balancer);
  const before = (await readRecord(place.recordPath)) ?? { version: 1, rules: [], enabled: false };
  const missing = missingRules(needed, ufw.rules);
  const switchOn = enable && !ufw.active;
  if (missing.length === 0 && !switchOn) return;
  await mkdir(dirname(place.recordPath), { recursive: true });
  const record = {
    ...before,
    rules: [...new Set([...before.rules, ...missing])],
    enabled: before.enabled || switchOn,
  };
  // Before the first change: what a crash leaves can be taken back as well.
  await atomicWrite(place.recordPath, `${JSON.stringify(record, null, 2)}\n`, 0o600);
  for (const rule of missing) await run('ufw', ['allow', rule]);
  if (!switchOn) return;
  const now = await readUfw();
  const ssh = needed.filter(({ purpose }) => purpose === 'ssh');
  if (now === null || !ssh.every((one) => isOpen(one, now.rules)))
    throw new AppError('conflict', {
      message: 'ufw was not switched on: it does not show the rule that lets SSH in.',
      remedy: 'Look at `sudo ufw show added`.',
    });
  await run('ufw', ['--force', 'enable']);
}

/** Takes our rules out again and switches ufw off if we had switched it on. @returns how many rules went */
export async function revertFirewall(place: FirewallPlace): Promise<number> {
  const record = await readRecord(place.recordPath);
  if (record === null) return 0;
  if (record.enabled) await run('ufw', ['disable']);
  for (const rule of record.rules) await run('ufw', ['delete', 'allow', rule]);
  await rm(place.recordPath, { force: true });
  return record.rules.length;
}
