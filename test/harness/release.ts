/** Versions of a simulated station's image, as a registry would bring them. */
import { randomBytes } from 'node:crypto';
import { run } from '../../lib/host/run.ts';
import { docker } from './fleet.ts';

/**
 * Makes an image from another, which differs at least in what it calls its version.
 * @param changes lines of a Dockerfile. @returns its content id
 */
export async function release(name: string, base: string, changes: readonly string[] = []): Promise<string> {
  const { stdout } = await run('docker', ['create', '--network', 'none', base]);
  const container = stdout.trim();
  const all = [...changes, `LABEL org.opencontainers.image.version=test-${randomBytes(4).toString('hex')}`];
  await run('docker', ['commit', ...all.flatMap((change) => ['--change', change]), container, name]);
  await run('docker', ['rm', container]);
  const image = await docker.inspectImage(name);
  if (image === null) throw new Error(`${name} was not made`);
  return image.id;
}
