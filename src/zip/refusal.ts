/** A ZIP that must not be read. `code` is stable; `message` is a sentence about the ZIP, `next` one about what to do, where the
 *  reader of the ZIP knows no better. It never reaches a person as it is: the caller adds what it means for them. */
export class ZipRefusal extends Error {
  readonly code: string;
  readonly next: string | undefined;

  constructor(code: string, message: string, next?: string) {
    super(message);
    this.name = 'ZipRefusal';
    this.code = code;
    this.next = next;
  }
}

/** For an entry of a ZIP; `what` says what it does. */
export function entryRefusal(code: string, name: string, what: string): ZipRefusal {
  return new ZipRefusal(code, `The entry ${name} of the ZIP ${what}`);
}
