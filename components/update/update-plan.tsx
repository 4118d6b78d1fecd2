import type { ImageState, UpdateReport } from '../../lib/contract/update.ts';
import { plural } from '../../lib/format/count.ts';
import { shortId } from '../../lib/format/image.ts';
import { Note, withCode } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';

/** Both images side by side, and what the new one changes. */
export function UpdatePlan({ report, looked }: { report: UpdateReport; looked: boolean }) {
  const { current, candidate, reference, changes, obstacle, notes } = report;
  const isSame = candidate !== null && candidate.id === current?.id;
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid gap-4 sm:grid-cols-2">
        <ImageFacts title="Now" image={current} none="There is none on this server yet." />
        {isSame ? null : (
          <ImageFacts
            title="New"
            image={candidate}
            none={`${reference} is not on this server yet; look for it first.`}
          />
        )}
      </dl>
      {isSame ? (
        <p role="status" className="text-ink-muted">
          {looked
            ? `Nothing to do: the stations run what ${reference} leads to.`
            : 'The stations run what this name leads to on this server. Whether the registry has a newer one is not known until you look.'}
        </p>
      ) : null}
      {obstacle === null ? null : <Note tone="warn" title={obstacle} />}
      {candidate === null || isSame ? null : (
        <>
          <p>{sentence(report)}</p>
          {changes.length > 0 ? (
            <section aria-label="What changes" className="flex flex-col gap-3">
              {changes.map(({ what, from, to }) => (
                <div key={what} className="flex flex-col gap-1">
                  <h3 className="font-medium text-sm">{what}</h3>
                  <del className="break-words rounded bg-sunken px-2 py-1 font-mono text-ink-muted text-xs no-underline">
                    − {from}
                  </del>
                  <ins className="break-words rounded bg-sunken px-2 py-1 font-mono text-xs no-underline">
                    + {to}
                  </ins>
                </div>
              ))}
            </section>
          ) : null}
          <Note tone="accent" title="Worth knowing">
            {notes.map((note) => (
              <p key={note}>{withCode(note)}</p>
            ))}
          </Note>
        </>
      )}
    </div>
  );
}

function sentence({ canary, stations, connected }: UpdateReport): string {
  if (canary === null) return 'There is no station to try it on.';
  const rest =
    stations <= 1
      ? 'That is all of them.'
      : `If it does well, the other ${plural(stations - 1, 'station')} follow, a few at a time.`;
  const people =
    connected === 0
      ? 'Nobody is connected now.'
      : `About ${plural(connected, 'person is', 'people are')} disconnected once in all; their sessions may finish for the drain time first.`;
  return `${canary.name} tries it first. ${rest} ${people}`;
}

function ImageFacts({ title, image, none }: { title: string; image: ImageState | null; none: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-1 rounded-xl border p-4">
      <dt className="text-ink-muted text-sm">{title}</dt>
      {image === null ? (
        <dd className="text-ink-muted">{none}</dd>
      ) : (
        <>
          <dd className="font-mono font-medium">{shortId(image.id)}</dd>
          <dd className="break-all text-sm">{image.reference}</dd>
          <dd className="text-ink-muted text-sm">
            {image.version === null ? '' : `Version ${image.version}, `}
            {image.dialect} command line
            {image.createdAt === null ? null : (
              <>
                , made <Time at={image.createdAt} />
              </>
            )}
          </dd>
          {image.digest === null ? null : (
            <dd className="break-all font-mono text-ink-faint text-xs">{image.digest}</dd>
          )}
        </>
      )}
    </div>
  );
}
