import { AppError } from '../contract/errors.ts';

/** Turns what dockerode threw into an error with a code and a way out. */
export function engineError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const {
    code,
    statusCode,
    reason,
    message = String(error),
    json,
  } = error as {
    code?: string;
    statusCode?: number;
    reason?: string;
    message?: string;
    json?: { message?: string };
  };
  const text =
    (json?.message ?? message).replace(/^\(HTTP code \d+\)[^-]*- /, '').trim() || reason || 'no reason given';
  if (
    code === 'ENOENT' ||
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'EACCES'
  ) {
    return new AppError('engine_unavailable', {
      message: 'The Docker engine does not answer.',
      remedy:
        'It is tried again every few seconds. Start it with `sudo systemctl start docker`, or run `sudo ./conduit up` again.',
      cause: error,
    });
  }
  if (/no space left on device/i.test(text)) {
    return new AppError('disk_full', {
      message: 'There is no space left on the disk.',
      remedy: 'Free some space, for example with `docker image prune`; the fleet then goes on by itself.',
      cause: error,
    });
  }
  if (/port is already allocated|address already in use/i.test(text)) {
    const port = /:(\d+)(?:\/(?:tcp|udp))?\b(?!.*:\d)/.exec(text)?.[1];
    return new AppError('port_in_use', {
      message:
        port === undefined
          ? `A port is already in use: ${text}`
          : `Port ${port} on 127.0.0.1 is already in use.`,
      remedy:
        'Stop the program that uses it, or change the base of the loopback ports (or switch them off) in the settings.',
      cause: error,
    });
  }
  if (/error setting rlimit/i.test(text)) {
    return new AppError('host_unsupported', {
      message: 'The Docker engine may not give a container that many open files.',
      remedy: 'Lower the open-files limit in the settings, or raise the limit of the Docker service.',
      cause: error,
    });
  }
  if (statusCode === 404 && /no such image/i.test(text)) {
    return new AppError('image_unavailable', {
      message: `${text}.`,
      remedy: 'It is pulled again at the next apply; without a network use `sudo ./conduit up --simulator`.',
      cause: error,
    });
  }
  if (statusCode === 404) return new AppError('not_found', { message: text, cause: error });
  if (statusCode === 409) return new AppError('conflict', { message: text, cause: error });
  if (statusCode === 400)
    return new AppError('host_unsupported', {
      message: `The Docker engine refuses this: ${text}`,
      cause: error,
    });
  return new AppError('internal', { message: `The Docker engine failed: ${text}`, cause: error });
}

export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/** "Already so" (304) is what was wanted. */
export async function notModified(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (statusOf(error) !== 304) throw engineError(error);
  });
}
