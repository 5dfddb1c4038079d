// The focus of the answer to a refused form.

const wrongField = 'aria-invalid="true"';
const alert = 'role="alert"';

/** The page with the focus on its first wrong field, else on its first alert, unless its template sets the focus. */
export function focusProblem(html: string): string {
  if (html.includes(' autofocus')) return html;
  if (html.includes(wrongField)) return html.replace(wrongField, `${wrongField} autofocus`);
  return html.replace(alert, `${alert} tabindex="-1" autofocus`);
}
