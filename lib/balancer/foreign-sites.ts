/** The operator's own sites in an nginx configuration: while ours is live they are not served. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** `name (port 80)` for every `server { }` of a configuration text that names itself or a port. Pure. */
export function sitesOf(text: string): string[] {
  const clean = text.replace(/#.*$/gm, '');
  return serverBlocks(clean).flatMap((block) => {
    const names = [...block.matchAll(/\bserver_name\s+([^;]+);/g)].flatMap((match) =>
      (match[1] ?? '').trim().split(/\s+/),
    );
    const ports = [...block.matchAll(/\blisten\s+([^\s;]+)/g)].flatMap((match) => portOf(match[1] ?? ''));
    if (names.length === 0 && ports.length === 0) return [];
    const named = names.filter((name) => name !== '_' && name !== '""');
    const where = ports.length === 0 ? '' : ` (port ${[...new Set(ports)].join(', ')})`;
    return [`${named.length === 0 ? 'default site' : named.join(', ')}${where}`];
  });
}

/**
 * Sites enabled beside `configPath` in the places distributions use, and those of the file itself.
 * @param original text of the operator's own configuration, null when there was none
 */
export async function readForeignSites(configPath: string, original: string | null): Promise<string[]> {
  // A file of the operator's that includes no other needs no look at its neighbours.
  if (original === null) return [];
  const found = sitesOf(original).map((site) => `${site} in ${basename(configPath)}`);
  for (const folder of ['sites-enabled', 'conf.d']) {
    if (!new RegExp(`include\\s+\\S*${folder}/`).test(original)) continue;
    const directory = join(dirname(configPath), folder);
    for (const name of (await readdir(directory).catch(ifAbsent<string[]>([]))).sort()) {
      if (folder === 'conf.d' && !name.endsWith('.conf')) continue;
      const text = await readFile(join(directory, name), 'utf8').catch(ifAbsent(''));
      found.push(...sitesOf(text).map((site) => `${site} in ${folder}/${name}`));
    }
  }
  return found;
}

/** nginx takes port 80 where only an address is given; a socket in the file system has none. */
function portOf(listen: string): string[] {
  if (listen.startsWith('unix:')) return [];
  return [/^(?:.*:)?(\d+)$/.exec(listen)?.[1] ?? '80'];
}

/** The bodies of `server { … }`, by counting braces. */
function serverBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (const match of text.matchAll(/\bserver\s*\{/g)) {
    let depth = 1;
    let end = match.index + match[0].length;
    while (end < text.length && depth > 0) {
      if (text[end] === '{') depth++;
      if (text[end] === '}') depth--;
      end++;
    }
    blocks.push(text.slice(match.index + match[0].length, end - 1));
  }
  return blocks;
}

function ifAbsent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(error.code ?? '')) return instead;
    throw error;
  };
}
