/** The name that an update gave to the content before it: nobody else uses it. */
import { AppError } from '../contract/errors.ts';
import { formerImageName } from '../fleet/names.ts';
import { createDocker } from '../host/docker.ts';
import { DEFAULT_DOCKER_SOCKET } from '../host/paths.ts';

/** Content that has no other name goes with it, unless a container of somebody else runs it. */
export async function forgetFormerImage(prefix: string): Promise<void> {
  await createDocker(DEFAULT_DOCKER_SOCKET)
    .untagImage(formerImageName(prefix))
    .catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    });
}
