/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  poweredByHeader: false,
  reactStrictMode: true,
  agentRules: false,
  experimental: {
    agentUpgrade: false,
    // A page is loaded when it is first asked for: most days that is one or two of them.
    preloadEntriesOnStart: false,
  },
  // A lock file in a folder above would otherwise move the root of the build.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  // Flags change with a release only; a page of two hundred must not ask for each of them again.
  headers: async () => [
    { source: '/flags/:file', headers: [{ key: 'cache-control', value: 'public, max-age=86400' }] },
  ],
};

export default config;
