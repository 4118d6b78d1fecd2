/** Images in words for people. Pure; shared by the agent, the panel and the CLI. */

/** `sha256:0123456789ab…` → `0123456789ab`, as Docker shows it. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
