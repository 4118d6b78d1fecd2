import * as z from 'zod';

/** Below 1024 only root may listen, and the panel is not root. */
export const panelPortSchema = z
  .int('must be a port from 1024 to 65535')
  .min(1024, 'must be at least 1024: the panel does not run as root')
  .max(65_535, 'must be at most 65535');
