/**
 * Every way an operation can fail, once: the HTTP status on the agent's socket, the exit code of the
 * `conduit` command, and whether it is expected (shown to the operator) or a defect (logged with its stack).
 */
export const ERRORS = {
  agent_unreachable: { status: 503, exitCode: 3, expected: true },
  balancer_rejected: { status: 422, exitCode: 9, expected: true },
  cancelled: { status: 409, exitCode: 10, expected: true },
  conflict: { status: 409, exitCode: 6, expected: true },
  disk_full: { status: 507, exitCode: 11, expected: true },
  engine_unavailable: { status: 503, exitCode: 7, expected: true },
  forbidden: { status: 403, exitCode: 4, expected: true },
  host_unsupported: { status: 501, exitCode: 12, expected: true },
  image_unavailable: { status: 502, exitCode: 8, expected: true },
  internal: { status: 500, exitCode: 1, expected: false },
  invalid_input: { status: 400, exitCode: 2, expected: true },
  job_failed: { status: 500, exitCode: 13, expected: true },
  key_alarm: { status: 409, exitCode: 14, expected: true },
  locked_out: { status: 429, exitCode: 4, expected: true },
  not_found: { status: 404, exitCode: 5, expected: true },
  port_in_use: { status: 409, exitCode: 15, expected: true },
  timed_out: { status: 504, exitCode: 16, expected: true },
  unauthenticated: { status: 401, exitCode: 4, expected: true },
} as const satisfies Record<string, { status: number; exitCode: number; expected: boolean }>;

export type ErrorCode = keyof typeof ERRORS;

/** One bad field of an input: its path (`settings.count`), what is wrong and what it may be. */
export interface FieldError {
  field: string;
  message: string;
}

export interface ErrorBody {
  code: ErrorCode;
  message: string;
  /** The way out, as a sentence or a command. */
  remedy?: string;
  fields?: FieldError[];
  retryAfterSeconds?: number;
}

/** A failure with a code that panel, agent and CLI agree on. `message` is for people and holds no secret or address. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly fields: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, body: Omit<ErrorBody, 'code'> & { cause?: unknown }) {
    super(body.message, body.cause === undefined ? undefined : { cause: body.cause });
    this.name = 'AppError';
    this.code = code;
    this.remedy = body.remedy;
    this.fields = body.fields;
    this.retryAfterSeconds = body.retryAfterSeconds;
  }

  toJSON(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      ...(this.fields === undefined ? {} : { fields: this.fields }),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    };
  }

  /** Rebuilds the error a reply carried; anything malformed becomes `internal`. */
  static fromJSON(body: unknown): AppError {
    if (typeof body === 'object' && body !== null && 'code' in body && 'message' in body) {
      const { code, ...rest } = body as ErrorBody;
      if (code in ERRORS) return new AppError(code, rest);
    }
    return new AppError('internal', {
      message: 'The agent sent an error that this version does not understand.',
    });
  }
}
