/** Reads back what a configuration of ours says, so that an agent that starts again knows what is live. Pure. */
import type { PortAndProtocol } from './listening.ts';
import type { Backend } from './render.ts';

export function backendsIn(config: string): Backend[] {
  const upstream = /upstream primary_tcp \{([\s\S]*?)\n {4}\}/.exec(config)?.[1] ?? '';
  return [...upstream.matchAll(/server \[?([^\]\s]+?)\]?:\d+ .*# station (\d+)$/gm)].map((match) => ({
    index: Number(match[2]),
    address: match[1] ?? '',
  }));
}

/** Every port some `listen` names, whoever wrote the file; an address alone names none. */
export function portsIn(config: string): PortAndProtocol[] {
  const ports = [
    ...config.replace(/#.*$/gm, '').matchAll(/\blisten\s+(?:[^\s;]+:)?(\d+)(?=[\s;])([^;]*);/g),
  ].map((match) => ({
    port: Number(match[1]),
    protocol: /\budp\b/.test(match[2] ?? '') ? ('udp' as const) : ('tcp' as const),
  }));
  return ports.filter(
    (one, index) => ports.findIndex((p) => p.port === one.port && p.protocol === one.protocol) === index,
  );
}
