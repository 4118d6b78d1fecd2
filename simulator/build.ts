/**
 * Makes the simulator's images without a registry: the program and the few libraries it needs, taken from this
 * machine, as one layer. Used by `conduit up --simulator` and by the tests; run it directly to (re)build.
 */
import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../lib/host/run.ts';
import { compileSimulator, SOURCES } from './compile.ts';

const LABEL = 'org.conduit-cluster.simulator';
const DATA_DIR = '/home/conduit/data';
const UID = 1000;
/** Tag, and what its containers start with. `demo` has clients of its own, so that a trial fleet is alive. */
const IMAGES: { tags: string[]; env: string[] }[] = [
  { tags: ['february', 'latest'], env: ['CONDUIT_SIM_DIALECT=february'] },
  { tags: ['january'], env: ['CONDUIT_SIM_DIALECT=january'] },
  { tags: ['ssmirr'], env: ['CONDUIT_SIM_DIALECT=ssmirr'] },
  { tags: ['demo'], env: ['CONDUIT_SIM_DIALECT=february', 'CONDUIT_SIM_DEMO=1'] },
];
export const SIMULATOR_REPOSITORY = 'conduit-simulator';

/**
 * Builds the images that are missing or made from other sources; does nothing when all are right.
 * @returns whether anything was built. @throws AppError when a compiler or the engine is missing
 */
export async function buildSimulatorImages(
  onStep: (text: string) => void = () => undefined,
): Promise<boolean> {
  const hash = await sourceHash();
  if (await allBuilt(hash)) return false;
  const directory = await mkdtemp(join(tmpdir(), 'conduit-simulator-'));
  try {
    onStep('Compiling the simulated station');
    const program = await compileSimulator(directory);
    const root = join(directory, 'root');
    await layOut(root, program);
    const archive = join(directory, 'root.tar');
    await run('tar', ['--numeric-owner', '-C', root, '-cf', archive, '.']);
    for (const image of IMAGES) {
      onStep(`Making the image ${SIMULATOR_REPOSITORY}:${image.tags[0]}`);
      await importImage(archive, image, hash);
    }
    return true;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function importImage(archive: string, image: (typeof IMAGES)[number], hash: string): Promise<void> {
  const changes = [
    'ENTRYPOINT ["/usr/local/bin/conduit"]',
    `CMD ["start","--data-dir","${DATA_DIR}"]`,
    `USER ${UID}:${UID}`,
    'WORKDIR /home/conduit',
    'ENV PATH=/usr/local/bin',
    ...image.env.map((entry) => `ENV ${entry}`),
    `LABEL ${LABEL}=${hash}`,
  ];
  const [first = '', ...others] = image.tags.map((tag) => `${SIMULATOR_REPOSITORY}:${tag}`);
  await run('docker', ['import', ...changes.flatMap((change) => ['--change', change]), archive, first]);
  for (const other of others) await run('docker', ['tag', first, other]);
}

/** The volume takes over the owner of this directory when it is first mounted, as with the real image. */
async function layOut(root: string, program: string): Promise<void> {
  await mkdir(join(root, DATA_DIR), { recursive: true });
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  await mkdir(join(root, 'etc'), { recursive: true });
  await cp(program, join(root, 'usr/local/bin/conduit'));
  await writeFile(join(root, 'etc/passwd'), `root:x:0:0::/:\nconduit:x:${UID}:${UID}::/home/conduit:\n`);
  for (const library of await librariesOf(program)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await cp(library, join(root, library), { dereference: true });
  }
  await chown(join(root, DATA_DIR), UID, UID);
  await chmod(join(root, DATA_DIR), 0o700);
}

/** Absolute paths in what `ldd` prints: the libraries and the loader. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap((match) => match[1] ?? []);
}

async function allBuilt(hash: string): Promise<boolean> {
  const references = IMAGES.flatMap((image) => image.tags.map((tag) => `${SIMULATOR_REPOSITORY}:${tag}`));
  const format = `{{ index .Config.Labels "${LABEL}" }}`;
  const { stdout } = await run('docker', ['image', 'inspect', '--format', format, ...references], {
    okExitCodes: [1],
  });
  const found = stdout.trim().split('\n');
  return found.length === references.length && found.every((label) => label === hash);
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const files = [...SOURCES.map((name) => `src/${name}.c`), 'src/station.h', 'compile.ts', 'build.ts'];
  for (const file of files) hash.update(await readFile(join(import.meta.dirname, file)));
  return hash.digest('hex').slice(0, 16);
}

if (process.argv[1] === import.meta.filename) {
  const built = await buildSimulatorImages((text) => process.stdout.write(`${text}\n`));
  process.stdout.write(built ? 'Images built.\n' : 'Images are up to date.\n');
}
