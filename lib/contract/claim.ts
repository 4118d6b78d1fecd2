/** What pairs a station with Ryve: the station's private key itself. */
import * as z from 'zod';
import { stationIndexSchema } from './fleet.ts';
import { passwordAgainSchema } from './identity.ts';

export const claimNameSchema = z
  .string()
  .trim()
  .min(1, 'must have at least one character')
  .max(64, 'must have at most 64 characters');

export const claimSchema = z.object({
  station: stationIndexSchema,
  proxyId: z.string(),
  /** What Ryve calls it. */
  name: z.string(),
  /** The private key is in it. */
  link: z.string(),
});
export type Claim = z.infer<typeof claimSchema>;

export const claimQuerySchema = z.strictObject({
  password: passwordAgainSchema,
  /** Default: all that are wanted or run. */
  stations: z
    .array(stationIndexSchema)
    .min(1, 'name at least one station')
    .max(10_000, 'name at most 10000 stations')
    .optional(),
  /** Default: the container's. */
  name: claimNameSchema.optional(),
});
