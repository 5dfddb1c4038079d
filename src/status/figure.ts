// A figure of the status.
export const figureStates = ['ok', 'warning', 'error'] as const;
export type FigureState = (typeof figureStates)[number];

/** `value` is null when there is none; `text` and `unit` show it. `at`: a time at the end of `about`. `links`: whether each
 *  answers. */
export type Figure = {
  name: string;
  title: string;
  value: number | null;
  text: string;
  unit: string | null;
  state: FigureState;
  about: string;
  at: string | null;
  href: string;
  series: (number | null)[] | null;
  links: boolean[] | null;
};

/** The parts that a source gives; the others are as if all were well. */
export type FigureParts = Pick<Figure, 'value' | 'text' | 'about'> & Partial<Figure>;
