/** A fraction as `81.3 %`; `–` where there is none. */
export function percent(fraction: number | undefined, digits = 1): string {
  return fraction === undefined || Number.isNaN(fraction) ? '–' : `${(fraction * 100).toFixed(digits)} %`;
}

/** `1 run`, `2 runs` */
export function counted(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
}
