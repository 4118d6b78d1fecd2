// Who may import whom (docs/architecture.md), held by reading every import in the tree.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const SOURCE_FOLDERS = [
  'agent',
  'app',
  'bench',
  'cli',
  'components',
  'db',
  'e2e',
  'lib',
  'scripts',
  'simulator',
  'test',
];

interface Import {
  from: string;
  /** Path inside the repository, or the package's name. */
  to: string;
}

/** Each forbidden arrow, and why it is forbidden. */
const FORBIDDEN: { from: RegExp; to: RegExp; except?: RegExp; why: string }[] = [
  {
    from: /^(app|components)\//,
    to: /^(agent|cli|db|simulator)\//,
    why: 'the panel is unprivileged: a hole in the web stack must not reach root, Docker or the database',
  },
  {
    from: /^(app|components|proxy)/,
    to: /^lib\//,
    except: /^lib\/(client|contract|format)\//,
    why: 'pages render what the agent says; domain code runs in the agent',
  },
  { from: /^components\//, to: /^app\//, why: 'components are shared by pages and know none of them' },
  {
    from: /^cli\//,
    to: /^(agent|app|components|db)\//,
    why: 'the CLI is a client of the agent like the panel',
  },
  {
    from: /^cli\//,
    to: /^lib\//,
    except: /^lib\/(client|contract|format|install|host\/paths\.ts)/,
    why: 'the CLI asks the agent; only setting up the host happens before there is one (docs/decisions)',
  },
  {
    from: /^lib\//,
    to: /^(agent|app|cli|components|db|simulator)\//,
    why: 'the domain knows no program and no database',
  },
  {
    from: /^lib\/contract\//,
    to: /^(?!lib\/contract\/|zod$)/,
    why: 'the contract is data: zod and nothing else',
  },
  {
    from: /^lib\/client\//,
    to: /^lib\//,
    except: /^lib\/(client|contract)\//,
    why: 'the client must stay small enough for the panel and the CLI to carry',
  },
  { from: /^lib\/format\//, to: /^lib\//, except: /^lib\/(format|contract)\//, why: 'formatters are pure' },
  {
    from: /^lib\/host\//,
    to: /^lib\//,
    except: /^lib\/(host|contract)\//,
    why: 'the operating system is a gateway, it decides nothing',
  },
  {
    from: /^db\//,
    to: /^(agent|app|cli|components|lib\/host|lib\/client|simulator)/,
    why: 'queries know only rows and domain types',
  },
  { from: /^agent\//, to: /^(app|cli|components|simulator)\//, why: 'nothing imports a program' },
  {
    from: /^(?!test\/|bench\/|e2e\/|scripts\/)/,
    to: /^(node:)?child_process$|^execa$/,
    except: /^$/,
    why: 'programs are run through lib/host/run.ts: argument arrays, time limits, one kind of error',
  },
  {
    from: /^(?!lib\/host\/docker)/,
    to: /^dockerode$/,
    why: 'the engine is reached through lib/host/docker.ts',
  },
  {
    // The threads that check it and copy its history only read it; the one that puts a history back is the agent's own.
    from: /^(?!db\/(open|check-worker|(copy|put)-history-worker)\.ts)/,
    to: /^better-sqlite3$/,
    why: 'one place opens the database, one program writes it',
  },
];

/** Files that ARE the door a rule speaks of. */
const DOORS: Record<string, RegExp> = {
  execa: /^lib\/host\/run\.ts$/,
  'node:child_process': /^lib\/host\/[a-z-]+\.ts$/,
};

const imports = collectImports();

describe('import rules', () => {
  it('reads a tree that has imports', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  for (const rule of FORBIDDEN) {
    it(`${rule.from.source} never imports ${rule.to.source}: ${rule.why}`, () => {
      const broken = imports.filter(
        ({ from, to }) =>
          rule.from.test(from) &&
          rule.to.test(to) &&
          !(rule.except?.test(to) ?? false) &&
          !(DOORS[to]?.test(from) ?? false) &&
          !/\.test\.tsx?$/.test(from),
      );
      expect(broken.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
    });
  }

  it('has no barrels and no drawers: a file is named after what is in it', () => {
    const drawers = sourceFiles().filter((file) =>
      /\/(utils|helpers|misc|types|constants)\.tsx?$/.test(file),
    );
    const barrels = sourceFiles().filter(
      (file) => /\/index\.tsx?$/.test(file) && file !== 'db/schema/index.ts',
    );
    expect([...drawers, ...barrels]).toEqual([]);
  });

  it('keeps process.env in one file a process', () => {
    const readers = sourceFiles().filter(
      (file) =>
        /^(agent|app|cli|components|db|lib)\//.test(file) &&
        !/\.test\.tsx?$/.test(file) &&
        /process\.env\b/.test(read(file)),
    );
    const allowed = /(^|\/)env\.ts$|^agent\/main\.ts$|^cli\/main\.ts$/;
    expect(readers.filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('keeps files within one screen and a half of thought', () => {
    const long = sourceFiles().filter(
      (file) => !/^(test|e2e|bench)\/|\.test\./.test(file) && read(file).split('\n').length > 300,
    );
    expect(long).toEqual([]);
  });
});

function collectImports(): Import[] {
  return sourceFiles().flatMap((file) => {
    const found = read(file).matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
    );
    return [...found].map((match) => ({
      from: file,
      to: target(file, match[1] ?? match[2] ?? match[3] ?? ''),
    }));
  });
}

function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(file), specifier));
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier;
}

function sourceFiles(): string[] {
  const inFolders = SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  return [...inFolders, 'proxy.ts'].filter(
    (file) => /\.tsx?$/.test(file) && !file.includes('node_modules') && exists(file),
  );
}

function exists(file: string): boolean {
  try {
    read(file);
    return true;
  } catch {
    return false;
  }
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
