/** Why an archive could not be opened. */
export class WrongPassphrase extends Error {}
/** The message goes on after "it cannot be used: …". */
export class DamagedArchive extends Error {}
