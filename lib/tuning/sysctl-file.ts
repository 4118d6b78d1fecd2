/** Files of /etc/sysctl.d, and ours of /etc/modules-load.d: ours are rendered, all are understood. Pure. */
import type { Parameter } from './catalogue.ts';
import { normalize } from './rules.ts';

/** @param values key → value, only those that we set */
export function renderSysctlFile(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, string>,
): string {
  const lines = [
    '# Written by Conduit Cluster Manager. Do not edit: `conduit tune` writes it anew,',
    '# `conduit tune --revert` removes it and puts the values from before back.',
  ];
  for (const [key, value] of values) {
    const reason = parameters.find((parameter) => parameter.key === key)?.reason;
    lines.push('', ...(reason === undefined ? [] : [`# ${reason}`]), `${key} = ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `key = value`, `-key = value` and `key/with/slashes`, as sysctl.d(5) has them; anything else is passed over. */
export function parseSysctlFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*-?([A-Za-z0-9_./*-]+)\s*=\s*(.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    values.set(match[1].replaceAll('/', '.'), normalize(match[2]));
  }
  return values;
}

/** One module a line, as modules-load.d(5) has it. */
export function renderModulesFile(modules: readonly string[]): string {
  const head = '# Written by Conduit Cluster Manager; `conduit tune --revert` removes it.';
  return `${[head, ...modules].join('\n')}\n`;
}

export function parseModulesFile(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
}

export interface SysctlFile {
  path: string;
  text: string;
}

/**
 * What other files set after ours at the next start. systemd takes the files of all directories in the order of their
 * names, one of /etc hiding its namesake of /usr/lib; procps takes /etc/sysctl.conf last.
 *
 * @param files in the order in which they are applied
 */
export function overriddenAfter(
  ours: string,
  files: readonly SysctlFile[],
): Map<string, { value: string; path: string }> {
  const at = files.findIndex(({ path }) => path === ours);
  const later = at === -1 ? files : files.slice(at + 1);
  const set = new Map<string, { value: string; path: string }>();
  for (const { path, text } of later)
    for (const [key, value] of parseSysctlFile(text)) set.set(key, { value, path });
  return set;
}

/** The order in which the files of these directories are applied; an earlier directory hides a later one's namesake. */
export function bootOrder(directories: readonly (readonly string[])[]): string[] {
  const byName = new Map<string, string>();
  for (const paths of directories)
    for (const path of paths) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (name.endsWith('.conf') && !byName.has(name)) byName.set(name, path);
    }
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}
