/** From a figure to an SVG, without a browser. Vega is loaded at the first call. */
import type * as VegaModule from 'vega';
import type { LoggerInterface } from 'vega';
import type { Figure } from '../figures/figure.ts';
import { config, SIZE } from '../figures/theme.ts';
import { textWidth } from './text-width.ts';

type Vega = typeof VegaModule;
/** What Vega measures text by; its types leave it out. */
interface TextMetrics {
  width: (
    item: { readonly font?: string; readonly fontSize?: number; readonly fontWeight?: unknown },
    text: string | number | undefined,
  ) => number;
}

/** @returns a whole SVG document */
export async function renderSvg({ name, spec, alt, title }: Figure): Promise<string> {
  const vega = await import('vega');
  const { compile } = await import('vega-lite');
  measureByTable(vega);
  const { spec: compiled } = compile({ $schema: SCHEMA, config, ...spec } as never, {
    logger: loud(vega, name),
  });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: loud(vega, name) });
  try {
    const svg = await view.toSVG();
    return withWords(withOwnWidths(withOwnIds(svg, name)), title, alt);
  } finally {
    view.finalize();
  }
}

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

function measureByTable(vega: Vega): void {
  const { textMetrics } = vega as unknown as { readonly textMetrics: TextMetrics };
  textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
    textWidth(String(text ?? ''), fontSize, fontWeight === 'bold' || Number(fontWeight) >= 600);
}

/** What Vega finds odd is a fault of ours. */
function loud(vega: Vega, name: string): LoggerInterface {
  const fail = (...args: unknown[]): never => {
    throw new TypeError(`figure ${name}: ${args.map(String).join(' ')}`);
  };
  const logger = vega.logger(vega.Warn);
  logger.warn = fail;
  logger.error = fail;
  return logger;
}

/** Several figures stand in one page: what they refer to inside must not have one name, and Vega counts on and on. */
function withOwnIds(svg: string, name: string): string {
  const names = new Map<string, string>();
  const own = (id: string): string => {
    const found = names.get(id) ?? `${name}-${names.size + 1}`;
    names.set(id, found);
    return found;
  };
  return svg
    .replace(/ (role="graphics-[^"]*"|aria-[a-z]+="[^"]*"|class="[^"]*")/g, '')
    .replace(/\bid="([^"]+)"/g, (_, id: string) => `id="${own(id)}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${own(id)})`);
}

/** Text stays as wide as it was laid out where the reader's machine has none of the fonts. */
function withOwnWidths(svg: string): string {
  return svg.replace(/<text([^>]*)>([^<]+)<\/text>/g, (_, attributes: string, text: string) => {
    const size = Number(/font-size="([\d.]+)px"/.exec(attributes)?.[1] ?? SIZE);
    const signs = text.replace(/&[a-z]+;/g, (entity) => ENTITIES.get(entity) ?? entity);
    const width = textWidth(signs, size, attributes.includes('font-weight="bold"')).toFixed(1);
    return `<text${attributes} textLength="${width}" lengthAdjust="spacingAndGlyphs">${text}</text>`;
  });
}

const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
]);

/** A title and a description, for those who do not see it. */
function withWords(svg: string, title: string, alt: string): string {
  const words = `<title>${escapeXml(title)}</title><desc>${escapeXml(alt)}</desc>`;
  return svg.replace(/^(<svg[^>]*)>/, `$1 role="img">${words}`);
}

function escapeXml(text: string): string {
  return [...ENTITIES].reduce((escaped, [entity, sign]) => escaped.replaceAll(sign, entity), text);
}
