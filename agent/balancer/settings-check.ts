/** Checks that balancer settings make sense together and on this host, before anything is touched. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../lib/contract/errors.ts';
import { parseInput } from '../../lib/contract/fields.ts';
import { type BalancerSettings, balancerSettingsSchema } from '../../lib/contract/settings.ts';

/** @throws AppError invalid_input naming the field */
export async function checkedSettings(
  current: BalancerSettings,
  change: Partial<BalancerSettings>,
): Promise<BalancerSettings> {
  const next = parseInput(balancerSettingsSchema, { ...current, ...change });
  if (next.primaryPort === next.secondaryPort)
    throw invalid('secondaryPort', 'must differ from the primary port; each takes TCP and UDP');
  const twice = next.extraPorts.find(
    (port, at) =>
      port === next.primaryPort || port === next.secondaryPort || next.extraPorts.indexOf(port) !== at,
  );
  if (twice !== undefined)
    throw invalid('extraPorts', `must not name a port twice; ${twice} is used already`);
  if (next.configPath !== current.configPath) await checkPath(next.configPath);
  return next;
}

/** The file is written as root: an administrator of the panel must not be able to replace any other file with it. */
async function checkPath(path: string): Promise<void> {
  if (!path.endsWith('.conf') || path.split('/').includes('..'))
    throw invalid('configPath', 'must end in `.conf` and hold no `..`');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw invalid('configPath', `cannot be used: ${error.code ?? 'it is no file'}`);
  });
  if (text !== null && text.trim() !== '' && !/^\s*events\s*\{/m.test(text))
    throw invalid('configPath', 'names a file that exists and is not a main configuration of nginx');
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_input', { message: `${field} ${message}.`, fields: [{ field, message }] });
}
