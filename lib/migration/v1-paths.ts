/** Where every older manager keeps its own, below the host's root. */
export const V1_DIR = 'opt/conduit';
export const TRAFFIC_DIR = `${V1_DIR}/traffic_stats`;
