/** What the kernel, our files and those of others say, for a plan to be made of. */
import { join } from 'node:path';
import { readIfThere } from '../host/absent.ts';
import { hasSystemd } from '../host/systemd.ts';
import type { Parameter } from './catalogue.ts';
import { findModule, listSysctlFiles, readAll, readKey } from './kernel.ts';
import { modulesPath, sysctlPath, type TuningPlace } from './place.ts';
import type { Found } from './plan.ts';
import { readRecord } from './record.ts';
import { bootOrder, overriddenAfter, parseModulesFile, parseSysctlFile } from './sysctl-file.ts';

export async function findTuning(place: TuningPlace, parameters: readonly Parameter[]): Promise<Found> {
  const lists = distinct(parameters.map(({ choices }) => choices));
  const [readings, choices, modules] = await Promise.all([
    each(
      parameters.map(({ key }) => key),
      (key) => readKey(place.procSys, key),
    ),
    each(lists, (key) => readKey(place.procSys, key)),
    each(distinct(parameters.map(({ module }) => module)), (module) => findModule(place.procSys, module)),
  ]);
  const [text, listed] = [await readIfThere(sysctlPath(place)), await readIfThere(modulesPath(place))];
  return {
    readings,
    choices: new Map(
      [...choices].flatMap(([key, reading]) =>
        'value' in reading ? [[key, reading.value.trim().split(/\s+/)] as const] : [],
      ),
    ),
    modules,
    file: text === null ? null : parseSysctlFile(text),
    modulesAtStart: new Set(listed === null ? [] : parseModulesFile(listed)),
    overridden: overriddenAfter(sysctlPath(place), await filesOfBoot(place)),
    record: await readRecord(place.recordPath),
  };
}

function distinct(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}

async function each<T>(
  names: readonly string[],
  read: (name: string) => Promise<T>,
): Promise<Map<string, T>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

async function filesOfBoot(place: TuningPlace) {
  const own = join(place.etcDir, 'sysctl.d');
  const others =
    place.etcDir === '/etc' ? ['/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'] : [];
  const lists = await Promise.all([own, ...others].map(listSysctlFiles));
  return readAll([
    ...bootOrder(lists),
    ...(hasSystemd(place.runDir) ? [] : [join(place.etcDir, 'sysctl.conf')]),
  ]);
}
