// Bundles agent and CLI for a release: the agent starts in a tenth of the time and a third of the memory that way.
// Names and lines stay, so that a stack trace can be read; source maps would cost the agent 35 MB. Comments and blanks go:
// Node keeps a program's text in memory, and at twice the size when a single letter of it is beyond Latin-1.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const absent = './scripts/absent-package.cjs';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    agent: 'agent/main.ts',
    cli: 'cli/main.ts',
    'check-database': 'db/check-worker.ts',
    'copy-history': 'db/copy-history-worker.ts',
    'put-history': 'db/put-history-worker.ts',
    tracker: 'lib/tracker/worker.ts',
    vault: 'lib/vault/worker.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // The CLI loads what only setting up needs when it needs it; so does its bundle.
  splitting: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  minifyWhitespace: true,
  lineLimit: 120,
  charset: 'ascii',
  // CommonJS packages inside an ES module still ask for these.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      'const require = __createRequire(import.meta.url);',
      'const __dirname = import.meta.dirname;',
      'const __filename = import.meta.filename;',
    ].join('\n'),
  },
  // dockerode can build through BuildKit and reach engines over SSH; we do neither, and each costs megabytes.
  alias: { '@grpc/grpc-js': absent, '@grpc/proto-loader': absent, ssh2: absent },
  // Native code is found beside the bundle in node_modules.
  external: ['better-sqlite3', 'cpu-features', '*.node'],
  logLevel: 'warning',
});
