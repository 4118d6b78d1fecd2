import type { z } from 'zod';
import { AppError, type FieldError } from './errors.ts';

/** Parses `value`, or throws `invalid_input` naming every bad field and its limits. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = fieldErrors(result.error);
  const first = fields[0];
  throw new AppError('invalid_input', {
    message: first === undefined ? 'The input is not valid.' : `${first.field || 'input'} ${first.message}.`,
    fields,
  });
}

/** One entry for each bad field, its path joined with dots. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: path === '' ? key : `${path}.${key}`,
        message: 'is not a known field',
      }));
    }
    return [{ field: path, message: issue.message }];
  });
}
