/** Files that may not be there: absence is an answer, any other failure is thrown on. */
import { readFile } from 'node:fs/promises';

/** For `.catch`: what to go on with when there is no such file or directory. */
export function ifAbsent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead;
    throw error;
  };
}

/** The file's text, null when there is no file. */
export function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(ifAbsent(null));
}
