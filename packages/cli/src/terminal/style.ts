import { styleText } from 'node:util';

/** What the terminal can show. */
export interface Style {
  readonly unicode: boolean;
  readonly colour: boolean;
}

export type Tone = 'plain' | 'dim' | 'bad';

/** Colours text. Colours take no columns: measure before. */
export function paint(text: string, tone: Tone, style: Style): string {
  if (!style.colour || tone === 'plain' || text === '') return text;
  return styleText(tone === 'dim' ? 'dim' : 'red', text, { validateStream: false });
}

const ASCII: Readonly<Record<string, string>> = {
  '█': '#',
  '░': '.',
  '→': '->',
  '←': '<-',
  '·': '-',
  '–': '-',
  '−': '-',
  '×': 'x',
  '±': '+-',
  '…': '~',
  '≥': '>=',
  '≤': '<=',
  '’': "'",
};

/** The text in signs that the terminal has. The number of columns may change: spell before laying out. */
export function spell(text: string, style: Style): string {
  if (style.unicode) return text;
  return text.replace(/[█░→←·–−×±…≥≤’]/g, (sign) => ASCII[sign] ?? sign);
}

/** At most `width` columns. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
