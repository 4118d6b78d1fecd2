import type { ErrorBody } from '../../lib/contract/errors.ts';
import { Note, withCode } from '../ui/note.tsx';

/** Why an action failed, field by field, and the way out. */
export function ActionError({ error, title }: { error: ErrorBody; title?: string }) {
  const fields = (error.fields ?? []).filter(({ message }) => !error.message.includes(message));
  return (
    <Note tone="critical" title={title ?? error.message} live>
      {title ? <p className="break-words">{withCode(error.message)}</p> : null}
      {fields.map(({ field, message }) => (
        <p key={`${field} ${message}`}>
          {field}: {withCode(message)}
        </p>
      ))}
      {error.remedy ? <p>{withCode(error.remedy)}</p> : null}
    </Note>
  );
}
