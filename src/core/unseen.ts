// Characters that cannot be seen.
const unseen = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** The text without spaces, line ends and hidden characters. */
export function withoutUnseen(text: string): string {
  return text.replace(unseen, '');
}
