const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `500MB`, `4 GB`, `1.5T` or `0` in bytes; undefined for other text. A number alone is nothing but 0. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*$/i.exec(text) ?? [];
  const bytes = Math.round(Number(digits) * (UNITS[unit.toLowerCase()] ?? NaN));
  return Number.isNaN(bytes) || (unit === '' && bytes !== 0) ? undefined : bytes;
}
