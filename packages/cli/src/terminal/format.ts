/** Numbers with their units, as the terminal shows them. */

/** `1,240` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A clock for what is left or has gone: `0:38`, `12:05`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** At most five columns: `23 s`, `4:05`, `1h40`, `26 h`. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return clock(whole);
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  return hours < 10 ? `${hours}h${String(minutes % 60).padStart(2, '0')}` : `${hours} h`;
}

/** A length in words, rounded as one would say it: `a few seconds`, `about 40 s`, `about 2 h 10 min`, `about 3 days`. */
export function about(seconds: number): string {
  return seconds < 10 ? 'a few seconds' : `about ${rounded(seconds)}`;
}

function rounded(seconds: number): string {
  if (seconds < 95) return `${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const tens = Math.round(minutes / 10);
  const rest = (tens % 6) * 10;
  if (minutes < 24 * 60) return rest === 0 ? `${tens / 6} h` : `${Math.floor(tens / 6)} h ${rest} min`;
  return `${Math.round(minutes / 1440)} ${minutes < 2160 ? 'day' : 'days'}`;
}

/** Local time of day: `12:03:45`. */
export function timeOfDay(milliseconds: number): string {
  return new Date(milliseconds).toTimeString().slice(0, 8);
}

/** A bar of `width` columns, full at 1. */
export function bar(fraction: number, width: number): string {
  const full = Math.max(0, Math.min(width, Math.floor(fraction * width + 1e-9)));
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Three digits and an SI prefix: `1.24 T`. */
export function scaled(value: number): string {
  const steps = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  let [rest, step] = [value, 0];
  while (rest >= 999.5 && step < steps.length - 1) [rest, step] = [rest / 1000, step + 1];
  const digits = rest >= 99.95 || step === 0 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)} ${steps[step] ?? ''}`.trimEnd();
}

/** `0 B`, `86.4 MB` */
export function size(bytes: number): string {
  const text = scaled(bytes);
  return `${text}${text.includes(' ') ? '' : ' '}B`;
}
