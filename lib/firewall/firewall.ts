/** The firewall of this host: read with whatever keeps it, changed through ufw alone, and put back. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../contract/errors.ts';
import type { FirewallReport } from '../contract/firewall.ts';
import { readIfThere } from '../host/absent.ts';
import { atomicWrite } from '../host/atomic-write.ts';
import { isNotInstalled, run } from '../host/run.ts';
import { findKeeper, readUfw, type Ufw } from './read.ts';
import {
  beyond,
  deniedOpenings,
  isOpen,
  missingOpenings,
  neededOpenings,
  type Opening,
  ruleFor,
  standing,
  withRules,
} from './rules.ts';
import { findSshPorts, type SshPorts } from './ssh-ports.ts';

export interface FirewallPlace {
  /** /etc */
  etcDir: string;
  recordPath: string;
}

const recordSchema = z.object({
  version: z.literal(1),
  /** What we told ufw to let in, such as `443/tcp`. */
  rules: z.array(z.string()),
  /** Those of them that are for SSH. */
  ssh: z.array(z.string()).default([]),
  enabled: z.boolean(),
  /** Taken back but for SSH, which ufw would shut out. */
  reverted: z.boolean().default(false),
});
type Record = z.infer<typeof recordSchema>;
const EMPTY_RECORD: Record = { version: 1, rules: [], ssh: [], enabled: false, reverted: false };

export function firewallRecordPath(stateDir: string): string {
  return join(stateDir, 'firewall.json');
}

async function readRecord(path: string): Promise<Record | null> {
  const text = await readIfThere(path);
  return text === null ? null : recordSchema.parse(JSON.parse(text));
}

function writeRecord(path: string, record: Record): Promise<void> {
  return atomicWrite(path, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

/** @param balancer ports that clients reach, each TCP and UDP */
export async function readFirewall(
  place: FirewallPlace,
  balancer: readonly number[],
): Promise<FirewallReport> {
  const [ssh, ufw, record] = await Promise.all([
    findSshPorts(place.etcDir),
    readUfw(place.etcDir),
    readRecord(place.recordPath),
  ]);
  const keeper = await findKeeper(ufw);
  const needed = neededOpenings(ssh.ports, balancer);
  const before = ssh.sure ? [] : ['sshd was not seen here, so its usual port 22 is taken.'];
  const base = {
    beyond: [],
    beyondWithAddress: 0,
    commands: [],
    applied: record !== null && !record.reverted,
  };
  if (keeper.manager === 'ufw' || (keeper.manager === 'none' && ufw !== null)) {
    const notes = [...before, ...ufwNotes(needed, ufw as Ufw, record)];
    return { ...base, ...ufwReport(needed, ufw as Ufw), notes };
  }
  const isLetIn = keeper.manager === 'none' ? () => true : keeper.isOpen;
  const isOff = ufw === null ? [] : ['ufw is installed and off; it is left off.'];
  const notes = { firewalld: firewalldNote(needed), own: OWN_RULES, none: NO_FIREWALL };
  return {
    ...base,
    needed: needed.map((one) => ({ ...one, open: isLetIn(one) })),
    manager: keeper.manager,
    active: keeper.manager !== 'none',
    notes: [...before, notes[keeper.manager], ...isOff],
  };
}

const OWN_RULES =
  'Rules that no manager known here made hold packets back. They are left alone; the ports above have to be open in them.';
const NO_FIREWALL =
  'No firewall holds anything back on this server. Nothing of ours but the ports above listens to the world. To have one: `sudo apt-get install ufw`, then look here again. Whoever rents the server out may have one of his own.';

function ufwReport(needed: readonly Opening[], { active, rules }: Ufw) {
  const more = beyond(needed, rules);
  return {
    manager: 'ufw' as const,
    active,
    needed: needed.map((one) => ({ ...one, open: !active || isOpen(one, rules) })),
    beyond: more.filter(({ bound }) => bound === null).map(({ text }) => text),
    beyondWithAddress: more.filter(({ bound }) => bound !== null).length,
    commands: missingOpenings(needed, rules).map((opening) => `ufw allow ${ruleFor(opening)}`),
  };
}

function ufwNotes(needed: readonly Opening[], { active, rules }: Ufw, record: Record | null): string[] {
  const off =
    'ufw is installed and off: everything is open. Rules are added first, SSH before all others; it is switched on only if you ask for that.';
  const denied = deniedOpenings(needed, rules).map(
    ({ opening, by }) =>
      `${ruleFor(opening)} is shut by your own rule \`${by.text}\`, which comes before any that could be added. To take it out: \`sudo ufw delete ${by.text}\``,
  );
  const some = needed.filter(
    (one) => one.purpose === 'ssh' && ['some', 'mostly'].includes(standing(one, rules).open),
  );
  return [
    ...(active ? [] : [off]),
    ...denied,
    ...some.map((one) => `SSH on ${ruleFor(one)} is let in for some only, as your own rules say.`),
    ...(active && record?.reverted
      ? [`Our rule for SSH (${record.rules.join(', ')}) stays while ufw is on: it may be your way in.`]
      : []),
  ];
}

function firewalldNote(needed: readonly Opening[]): string {
  const ports = needed.map((opening) => `--add-port=${ruleFor(opening)}`).join(' ');
  return `firewalld keeps the rules here, and only ufw is changed for you. What it needs: \`sudo firewall-cmd --permanent ${ports} && sudo firewall-cmd --reload\``;
}

/**
 * Lets in what is missing through ufw, SSH first, and switches it on if asked.
 *
 * @throws AppError host_unsupported where ufw does not keep the rules; nothing has changed then
 * @throws AppError conflict when SSH might be shut out by switching ufw on; nothing has changed then
 */
export async function applyFirewall(
  place: FirewallPlace,
  balancer: readonly number[],
  enable: boolean,
): Promise<void> {
  const ufw = await requireUfw(place);
  const ssh = await findSshPorts(place.etcDir);
  const needed = neededOpenings(ssh.ports, balancer);
  const missing = missingOpenings(needed, ufw.rules);
  const switchOn = enable && !ufw.active;
  if (switchOn) requireWayIn(ssh, needed, { ...ufw, rules: withRules(ufw.rules, missing) });
  if (missing.length === 0 && !switchOn) return;
  const before = (await readRecord(place.recordPath)) ?? EMPTY_RECORD;
  const ours = missing.filter(({ purpose }) => purpose === 'ssh').map(ruleFor);
  await mkdir(dirname(place.recordPath), { recursive: true });
  // Before the first change: what a crash leaves can be taken back as well.
  await writeRecord(place.recordPath, {
    version: 1,
    rules: [...new Set([...before.rules, ...missing.map(ruleFor)])],
    ssh: [...new Set([...before.ssh, ...ours])],
    enabled: before.enabled || switchOn,
    reverted: false,
  });
  for (const opening of missing) await run('ufw', ['allow', ruleFor(opening)]);
  if (!switchOn) return;
  // As they really stand now.
  requireWayIn(ssh, needed, await requireUfw(place));
  await run('ufw', ['--force', 'enable']);
}

async function requireUfw({ etcDir }: FirewallPlace): Promise<Ufw> {
  const ufw = await readUfw(etcDir);
  if (ufw === null)
    throw new AppError('host_unsupported', {
      message: 'Only ufw can be changed for you, and it is not on this server.',
      remedy:
        'Install it (`sudo apt-get install ufw`), or open the ports with what you use: `sudo conduit firewall show`.',
    });
  const { manager } = await findKeeper(ufw);
  if (manager === 'firewalld' || manager === 'own')
    throw new AppError('host_unsupported', {
      message: `ufw is off, and ${manager === 'firewalld' ? 'firewalld keeps' : 'rules of your own keep'} what comes in: two firewalls would shut out what one of them lets in.`,
      remedy: 'Open the ports with what you use: `sudo conduit firewall show`.',
    });
  return ufw;
}

/** Throws unless everybody who comes in by SSH still does once ufw is on. */
function requireWayIn(ssh: SshPorts, needed: readonly Opening[], { rules }: Ufw): void {
  if (!ssh.sure)
    throw new AppError('conflict', {
      message: 'ufw was not switched on: it cannot be told on which port you come in by SSH.',
      remedy: 'Let it in yourself and switch ufw on: `sudo ufw allow PORT/tcp && sudo ufw enable`.',
    });
  for (const opening of needed.filter(({ purpose }) => purpose === 'ssh')) {
    const { open, by } = standing(opening, rules);
    if (open === 'yes') continue;
    const why =
      by === null ? 'your rules let it in for some senders or networks only' : `of your rule \`${by.text}\``;
    throw new AppError('conflict', {
      message: `ufw was not switched on: SSH on ${ruleFor(opening)} might be shut out, because ${why}.`,
      remedy: `If that is how you come in: \`sudo ufw enable\`. Else let it in first: \`sudo ufw insert 1 allow ${ruleFor(opening)}\``,
    });
  }
}

/** What a revert took out, and what it left. */
export interface Reverted {
  removed: number;
  /** Rules for SSH that stay while ufw is on. */
  kept: string[];
}

/** Takes our rules out again and switches ufw off if we had switched it on. Where ufw goes on, SSH stays open. */
export async function revertFirewall(place: FirewallPlace): Promise<Reverted> {
  const record = await readRecord(place.recordPath);
  if (record === null) return { removed: 0, kept: [] };
  if (!(await hasUfw())) {
    // Without ufw none of its rules holds.
    await rm(place.recordPath, { force: true });
    return { removed: 0, kept: [] };
  }
  if (record.enabled) await run('ufw', ['disable']);
  const isOn = /^Status: active/m.test((await run('ufw', ['status'])).stdout);
  const ssh = (await findSshPorts(place.etcDir)).ports.map((port) => `${port}/tcp`);
  const kept = isOn ? record.rules.filter((rule) => record.ssh.includes(rule) || ssh.includes(rule)) : [];
  const gone = record.rules.filter((rule) => !kept.includes(rule));
  for (const rule of gone) await run('ufw', ['delete', 'allow', rule]);
  if (kept.length === 0) await rm(place.recordPath, { force: true });
  else await writeRecord(place.recordPath, { ...EMPTY_RECORD, rules: kept, ssh: kept, reverted: true });
  return { removed: gone.length, kept };
}

async function hasUfw(): Promise<boolean> {
  return run('ufw', ['version']).then(
    () => true,
    (error: unknown) => {
      if (isNotInstalled(error)) return false;
      throw error;
    },
  );
}
