import * as z from 'zod';

/** Who may sign in: the administrator, sessions, and the one-time set-up link. */

export const usernameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{1,31}$/, 'must be 2 to 32 characters: small letters, digits, `.`, `_`, `-`');
export const passwordSchema = z
  .string()
  .min(12, 'must be at least 12 characters')
  .max(256, 'must be at most 256 characters');
/** 256 random bits, base64url. */
export const tokenSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not a token of this agent');

export const sessionSchema = z.object({ token: tokenSchema, username: z.string(), expiresAt: z.number() });
export type Session = z.infer<typeof sessionSchema>;

/** The administrator's, asked for once more where private keys are shown; root needs none. */
export const passwordAgainSchema = z.string().max(256, 'must have at most 256 characters').optional();
